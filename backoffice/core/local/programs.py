"""Where the wheels' programs are, and as whom they run: never as root, which PostgreSQL rightly refuses.

An ordinary user runs them directly. Root runs them in a user namespace that maps another user onto root: no
folder is opened and the data stays root's. Where namespaces are forbidden (most containers), a system user
with folders of its own runs copies of the programs.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SYSTEM_USER = "backoffice"
SYSTEM_HOME = Path("/var/lib/backoffice")
LONGEST_SOCKET_FOLDER = 80  # bytes; a socket's whole path may take 103 on macOS and 107 on Linux


class LocalServerError(Exception):
    """An embedded server cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class Runner:
    """How to run a server program: the folder of its files, words before the command, the user behind it."""

    home: Path
    prefix: tuple[str, ...] = ()
    user: int | None = None

    @cached_property
    def sockets(self) -> Path:
        """A folder of mode 0700 whose name is short enough for a Unix socket."""
        folder = self.home / "run"
        if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
            name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
            folder = Path(tempfile.gettempdir()) / f"backoffice-{os.geteuid()}-{name}"
        private_folder(folder, self.user)
        return folder

    def program(self, package: str, path: str) -> Path:
        """A program inside an installed wheel, or the copy that the system user may read."""
        found = importlib.util.find_spec(package)
        if found is None or found.origin is None:
            raise LocalServerError(
                f"The embedded server ({package}) is not installed. Set DATABASE_URL and REDIS_URL, or run make setup."
            )
        folder = Path(found.origin).parent
        if self.user is not None:
            folder = _readable_copy(folder)
        return folder / path

    def run(self, *command: str | Path, timeout: float = 90) -> subprocess.CompletedProcess[str]:
        """Run a program to its end and return what it said. A server it leaves behind keeps none of our pipes."""
        with tempfile.TemporaryFile("w+", errors="replace") as said:
            done = subprocess.run(
                [*self.prefix, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=self.home,
                user=self.user,
                extra_groups=None if self.user is None else [],
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                timeout=timeout,
                check=False,
            )
            said.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, said.read())

    def give(self, path: Path) -> None:
        """Let the system user, where there is one, own a file that was made for it."""
        if self.user is not None:
            os.chown(path, self.user, -1)


def choose_runner(data_dir: Path) -> Runner:
    """Decide as whom the servers of `data_dir` run and make their private folder. Raises `LocalServerError`."""
    home = data_dir.resolve() / "servers"
    elsewhere = data_dir.resolve() / "servers-are-in"
    if os.geteuid() != 0:
        private_folder(home)
        return Runner(home)
    prefix = _namespace()
    if elsewhere.exists() or (prefix is None and not home.exists()):
        return _system_user_runner(elsewhere, home)
    if prefix is None:
        raise LocalServerError(
            f"The database in {home} was made by root inside a user namespace, and this machine forbids those now. "
            "Allow them (sysctl user.max_user_namespaces) or set DATABASE_URL to a PostgreSQL server."
        )
    private_folder(home)
    return Runner(home, prefix=prefix)


def private_folder(folder: Path, user: int | None = None) -> None:
    """Make a folder only its owner may enter. Refuses one that is a link or belongs to somebody else."""
    owner = os.geteuid() if user is None else user
    try:
        folder.mkdir(mode=0o700, parents=True)
        if user is not None:
            os.chown(folder, user, -1)
    except FileExistsError:
        pass
    except OSError as error:
        raise LocalServerError(f"The folder {folder} cannot be made ({error.strerror}).") from error
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != owner:
        raise LocalServerError(
            f"{folder} belongs to somebody else. Work as that user, or set DATA_DIR elsewhere."
        )
    folder.chmod(0o700)


def _namespace() -> tuple[str, ...] | None:
    """The words that run a command as another user mapped onto root, or None where this is forbidden."""
    known = [entry.pw_uid for entry in pwd.getpwall() if 0 < entry.pw_uid < 65000]
    if not known or shutil.which("unshare") is None:
        return None
    prefix = ("unshare", "--user", f"--map-user={min(known)}")
    allowed = subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    return prefix if allowed else None


def _system_user_runner(marker: Path, home: Path) -> Runner:
    try:
        user = pwd.getpwnam(SYSTEM_USER).pw_uid
    except KeyError:
        user = _make_system_user()
    own = SYSTEM_HOME / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    private_folder(own, user)
    marker.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker.write_text(f"{own}\n")
    return Runner(own, user=user)


def _make_system_user() -> int:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    if (
        shutil.which(command[0]) is None
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        raise LocalServerError(
            "PostgreSQL does not run as root, and no user could be made for it. Start this as an ordinary user, "
            "or set DATABASE_URL and REDIS_URL."
        )
    return pwd.getpwnam(SYSTEM_USER).pw_uid


def _readable_copy(package: Path) -> Path:
    """Copy a wheel's programs to where the system user can read them; once per version of the file."""
    version = hashlib.sha256(f"{package}:{package.stat().st_mtime_ns}".encode()).hexdigest()[:16]
    target = SYSTEM_HOME / "programs" / version
    if not target.exists():
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=target.parent))
        draft.chmod(0o755)
        # The PostgreSQL wheel finds its libraries in a folder beside the package.
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.is_dir():
                shutil.copytree(
                    folder, draft / folder.name, ignore=shutil.ignore_patterns("pginstall", "*.py*")
                )
        draft.rename(target)
    return target / package.name

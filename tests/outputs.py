"""Everything that a build makes for machines is valid: by its schema if it has one, and by the rules of those who read it.

A school with everything that is hard is built and looked at; then it is broken, one fault at a time, and each fault must
be found by the check it belongs to. It needs what requirements.txt lists; scripts/test installs that. Nothing is loaded
from the network.
"""

import os
import pathlib
import shutil
import tempfile

from machines import school
from machines.faults import FAULTS
from machines.feeds import feeds
from machines.linked_data import linked_data
from machines.pages import html
from machines.previews import previews
from machines.search import compressed, gate, search
from machines.sitemap import robots, sitemap
from machines.static_host import headers, old_addresses, redirects

CHECKS = {
    "HTML": html,
    "sitemap.xml": sitemap,
    "robots.txt": robots,
    "Atom feeds": feeds,
    "OpenGraph": previews,
    "JSON-LD": linked_data,
    "_headers": headers,
    "_redirects": redirects,
    "old addresses": old_addresses,
    "search documents": search,
    "the gate": gate,
    "compressed forms": compressed,
}


def run(name, built):
    """What a check looked at, and what it found wrong: pairs of file and reason."""
    found = []
    said = CHECKS[name](built, lambda file, reason: found.append((file, reason)))
    return said, found


def look_at(built):
    """All checks. Returns how many things are wrong."""
    n_wrong = 0
    for name in CHECKS:
        said, found = run(name, built)
        print(f"{name}: {said if not found else f'{len(found)} wrong'}")
        for file, reason in found:
            print(f"  {file}: {reason}")
        n_wrong += len(found)
    return n_wrong


def plant(fault, folder):
    """A fault in a copy of what was built. Returns what is wrong with that, or nothing if it was found as it should be."""
    copy = pathlib.Path(tempfile.mkdtemp(dir=folder))
    for room in ["public", "private"]:
        # Links are quick, and a file that is broken is written anew.
        shutil.copytree(folder / room, copy / room, copy_function=os.link)
    built = school.Built(copy)
    fault.damage(built)
    _, found = run(fault.check, built)
    shutil.rmtree(copy)
    if any(fault.reason in reason for _, reason in found):
        return None
    return f"{fault.check} did not find {fault.name!r} (looked for {fault.reason!r}, found {found})"


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        n_wrong = look_at(school.make(folder))
        if n_wrong:
            raise SystemExit(f"{n_wrong} things are wrong")
        missed = list(filter(None, (plant(fault, folder) for fault in FAULTS)))
        if missed:
            raise SystemExit("\n".join(missed))
        without = CHECKS.keys() - {fault.check for fault in FAULTS}
        assert not without, f"no fault is planted for {without}"
        print(f"{len(FAULTS)} planted faults, each found")


main()

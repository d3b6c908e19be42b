#!/bin/sh
# Makes the site in .build/site from README.md, Docs and scripts. mkdocs-material comes from PyPI into .build/site-python, once.
# Usage: build.sh
set -eu
cd "$(dirname "$0")/../.."
python=.build/site-python requirements=Docs/site/requirements.txt

if ! cmp -s $requirements $python/installed; then
  command -v python3 >/dev/null || { echo "make site: python3 is needed" >&2; exit 1; }
  mkdir -p .build
  rm -rf $python
  python3 -m venv $python || { echo "make site: python3 has no venv (on Debian: apt install python3-venv)" >&2; exit 1; }
  if ! $python/bin/pip install --quiet --disable-pip-version-check -r $requirements; then
    echo "make site: pip could not install mkdocs-material (see above); the first time needs PyPI, by the network or a mirror" >&2
    rm -rf $python
    exit 1
  fi
  cp $requirements $python/installed
fi

pages=.build/site-pages
rm -rf $pages
mkdir -p $pages
cp -R README.md CONTRIBUTING.md CHANGELOG.md LICENSE Docs scripts $pages/
rm -rf $pages/scripts/bench/__pycache__
NO_MKDOCS_2_WARNING=1 PYTHONPATH=Docs/site PYTHONDONTWRITEBYTECODE=1 $python/bin/mkdocs build --quiet --strict --config-file Docs/site/mkdocs.yml
$python/bin/python -B Docs/site/check.py .build/site
echo ".build/site/README.html"

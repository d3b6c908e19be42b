"""What mkdocs does not do by itself: folders in the navigation, and equations as MathML."""

import re
from pathlib import Path

import equations


def slug(text, separator):
    """Anchors as forges make them, since links between pages are written for those."""
    text = re.sub(r"[^\w\- ]", "", text.strip().lower())
    return text.replace(" ", separator)


def _filled(entry, root):
    """A folder, "Docs/models/", stands for its README.md and all pages beside and below that."""
    if isinstance(entry, list):
        return [_filled(part, root) for part in entry]
    if isinstance(entry, dict):
        return {title: _filled(value, root) for title, value in entry.items()}
    if not entry.endswith("/"):
        return entry
    first = entry + "README.md"
    pages = sorted(path.relative_to(root).as_posix() for path in (root / entry).rglob("*.md"))
    return [first] + [page for page in pages if page != first]


def on_config(config):
    config.nav = _filled(config.nav, Path(config.docs_dir))
    return config


def _without_strangers(markdown, page, root):
    """Links to files of the source that are no pages become their text."""
    folder = (root / page.file.src_uri).parent

    def checked(match):
        target = match[2].partition("#")[0]
        is_elsewhere = not target or ":" in target or (folder / target).is_file()
        return match[0] if is_elsewhere else match[1]

    return re.sub(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)", checked, markdown)


def on_page_markdown(markdown, page, config, **_):
    """The equations of a model's page are typeset; their text stays below, folded, for copying."""
    markdown = _without_strangers(markdown, page, Path(config.docs_dir))
    if not page.file.src_uri.startswith("Docs/models/"):
        return markdown

    def typeset(match):
        text = match.group(1)
        source = "\n".join("    " + line for line in text.split("\n"))
        return f"{equations.html(text)}\n\n??? note \"As text\"\n\n    ```text\n{source}\n    ```\n"

    return re.sub(r"```text\n(.*?)\n```", typeset, markdown, count=1, flags=re.S)

"""Every page of the site is at most three links away from the first one, and no link or picture leads nowhere."""

import sys
from collections import deque
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id" and value:
                self.anchors.add(value)
            if (tag, name) in {("a", "href"), ("img", "src"), ("link", "href"), ("script", "src")} and value:
                self.links.append(value)


def main(root):
    root = Path(root).resolve()
    pages = {path: Page(path) for path in root.rglob("*.html") if path.name != "404.html"}
    first = root / "index.html"
    problems, clicks, waiting = [], {first: 0}, deque([first])
    while waiting:
        path = waiting.popleft()
        for link in pages[path].links:
            target = urlsplit(link)
            if target.scheme in {"http", "https"} and path == first and not link.startswith("https://"):
                problems.append(f"{link} is not encrypted")
            if target.scheme or target.netloc or link.startswith("#__") or not (target.path or target.fragment):
                continue
            place = (path.parent / unquote(target.path)).resolve() if target.path else path
            place = place / "index.html" if place.is_dir() else place
            if not place.exists():
                problems.append(f"{path.relative_to(root)}: {link} leads nowhere")
            elif place in pages and place not in clicks:
                clicks[place] = clicks[path] + 1
                waiting.append(place)
            if place in pages and target.fragment and unquote(target.fragment) not in pages[place].anchors:
                problems.append(f"{path.relative_to(root)}: {link} has no such place")
    problems += [f"{path.relative_to(root)} is not reached" for path in pages if path not in clicks]
    problems += [f"{path.relative_to(root)} takes {n} clicks" for path, n in clicks.items() if n > 3]
    print("\n".join(problems) if problems else f"{len(pages)} pages, at most {max(clicks.values())} clicks away")
    return 1 if problems else 0


sys.exit(main(sys.argv[1]))

"""The equations of a model, written as text, as MathML, which browsers draw without a script or a network.

What is not understood as an expression stays words, so nothing of the text is lost.
"""

import re
from html import escape

GREEK = dict(zip(
    "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi omega "
    "Gamma Delta Theta Lambda Xi Phi Psi Omega pi inf".split(),
    "αβγδεζηθκλμνξρστφωΓΔΘΛΞΦΨΩπ∞"))
UNITS = {"mV", "ms", "pA", "pF", "nS", "uM"}
FUNCTIONS = {"sin", "cos", "ln", "exp", "tanh", "cosh", "min", "max", "sqrt", "abs"}
RELATIONS = {"=": "=", "+=": "+=", "-=": "−=", "<-": "←", ">=": "≥", "<=": "≤", "==": "=", "<": "<", ">": ">", "~": "∼"}
# Words of the text; an expression has none of them.
WORDS = set("an and as at by for from goes held in is it no of on onto or over spike spikes sum that then times to until where which while "
            "with the their up when arrives likewise sent before after output input each".split())

TOKEN = re.compile(
    r"(?P<derivative>d ?(?:\((?P<inner>\w+)\)|(?P<name_d>[A-Za-z]\w*))/dt\b)|(?P<number>\d+\.?\d*(?:e-?\d+)?)"
    r"|(?P<name>[A-Za-z][\w.]*)|(?P<symbol><-|[-+<>=]=|[-+*/^()\[\],=<>~|])")


class NoExpression(Exception):
    """The text is words."""


def _tokens(text):
    tokens, at = [], 0
    while at < len(text):
        space = re.match(r" *", text[at:]).end()
        at += space
        match = TOKEN.match(text, at)
        if not match:
            raise NoExpression
        kind = match.lastgroup if match.lastgroup not in ("inner", "name_d") else "derivative"
        value = match["inner"] or match["name_d"] if kind == "derivative" else match[0]
        if kind == "name" and value in WORDS:
            raise NoExpression
        tokens.append((kind, value, space > 0))
        at = match.end()
    return tokens


def symbol(name):
    """A name with what follows its underscores below it."""
    owner, _, name = name.rpartition(".")
    base, *below = name.split("_")
    shown = f"<mi>{GREEK.get(base, base)}</mi>"
    if below:
        shown = f"<msub>{shown}<mtext>{','.join(GREEK.get(part, part) for part in below)}</mtext></msub>"
    return (f"<mtext>{owner}.</mtext>" if owner else "") + shown


class Parser:
    """Statements, relations, sums, products, powers; each method gives MathML in an mrow."""

    def __init__(self, text):
        self.tokens, self.at = _tokens(text), 0

    def peek(self, *values):
        if self.at < len(self.tokens):
            kind, value, _ = self.tokens[self.at]
            if not values or kind != "number" and kind != "derivative" and value in values:
                return value
        return None

    def next(self, *values):
        value = self.peek(*values)
        if value is None:
            raise NoExpression
        self.at += 1
        return value

    def whole(self):
        """Both sides of the first relation."""
        left, right = self.choice(), ""
        while self.peek(*RELATIONS):
            right += f"<mo>{escape(RELATIONS[self.next()])}</mo>" + self.choice()
        if self.at < len(self.tokens):
            raise NoExpression
        return left, right

    def choice(self):
        value = self.sum()
        if self.peek("if"):
            self.next()
            condition = self.sum()
            if self.peek(*RELATIONS):
                condition += f"<mo>{escape(RELATIONS[self.next()])}</mo>" + self.sum()
            self.next("else")
            value += f"<mtext>&#160;if&#160;</mtext>{condition}<mtext>&#160;else&#160;</mtext>{self.choice()}"
        return value

    def sum(self):
        value = ""
        if self.peek("-", "+"):
            value = f"<mo>{self.next().replace('-', '−')}</mo>"
        value += self.product()
        while self.peek("-", "+"):
            value += f"<mo>{self.next().replace('-', '−')}</mo>" + self.product()
        return value

    def product(self):
        """A fraction takes what stands before it without a sign: a b / c is one, a*b/c is a times one."""
        done, group = "", self.power()
        while self.at < len(self.tokens):
            kind, value, _ = self.tokens[self.at]
            if value == "*" and kind == "symbol":
                self.next()
                unit = self.peek(*UNITS)
                done, group = done + group + ("<mspace width='.2em'/>" if unit else "<mo>⋅</mo>"), self.power()
            elif value == "/" and kind == "symbol":
                self.next()
                group = self.fraction(group)
            elif kind in ("name", "number", "derivative") and value not in ("if", "else") or value == "(":
                group += "<mspace width='.2em'/>" + self.power()
            else:
                break
        return done + group

    def fraction(self, above):
        if self.peek(*UNITS):
            return f"{above}<mspace width='.2em'/><msup><mtext>{self.next()}</mtext><mn>−1</mn></msup>"
        below = self.inside() if self.peek("(") and not self.followed_by_power() else self.power()
        bare = re.fullmatch(r"<mrow><mo>\(</mo>((?:(?!<mo>[()]</mo>).)*)<mo>\)</mo></mrow>", above)
        return f"<mfrac displaystyle='true'><mrow>{bare[1] if bare else above}</mrow><mrow>{below}</mrow></mfrac>"

    def followed_by_power(self):
        depth = 0
        for i in range(self.at, len(self.tokens)):
            depth += {"(": 1, ")": -1}.get(self.tokens[i][1], 0)
            if depth == 0:
                return i + 1 < len(self.tokens) and self.tokens[i + 1][1] == "^"
        raise NoExpression

    def inside(self):
        self.next("(")
        value = self.choice()
        self.next(")")
        return value

    def power(self):
        base = self.atom()
        if not self.peek("^"):
            return base
        self.next()
        exponent = self.inside() if self.peek("(") else self.atom()
        return f"<msup><mrow>{base}</mrow><mrow>{exponent}</mrow></msup>"

    def atom(self):
        if self.peek("("):
            return f"<mrow><mo>(</mo>{self.inside()}<mo>)</mo></mrow>"
        if self.peek("|"):
            self.next()
            value = self.sum()
            self.next("|")
            return f"<mrow><mo>|</mo>{value}<mo>|</mo></mrow>"
        if self.at >= len(self.tokens):
            raise NoExpression
        kind, value, _ = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return f"<mn>{value}</mn>"
        if kind == "derivative":
            return f"<mfrac displaystyle='true'><mrow><mi mathvariant='normal'>d</mi>{symbol(value)}</mrow><mrow><mi mathvariant='normal'>d</mi><mi>t</mi></mrow></mfrac>"
        if kind != "name" or value in ("if", "else"):
            raise NoExpression
        return f"<mtext>{value}</mtext>" if value in UNITS else self.name(value)

    def name(self, value):
        called = self.peek("(") and (not self.tokens[self.at][2] or value in FUNCTIONS)
        if called:
            return self.call(value)
        if self.peek("["):
            self.next()
            index = self.sum()
            self.next("]")
            return f"<mrow>{symbol(value)}<mo>[</mo>{index}<mo>]</mo></mrow>"
        if value in ("sin", "cos", "ln"):
            return f"<mi>{value}</mi><mspace width='.2em'/>"
        return symbol(value)

    def call(self, value):
        self.next("(")
        arguments = [] if self.peek(")") else [self.choice()]
        while self.peek(","):
            self.next()
            arguments.append(self.choice())
        self.next(")")
        if value == "sqrt":
            return f"<msqrt>{arguments[0]}</msqrt>"
        if value == "abs":
            return f"<mrow><mo>|</mo>{arguments[0]}<mo>|</mo></mrow>"
        return f"<mrow>{symbol(value)}<mo>(</mo>{'<mo>,</mo>'.join(arguments)}<mo>)</mo></mrow>"


def _math(content):
    return f"<math>{content}</math>"


def _words(text):
    """Names with an underscore are symbols among words, too."""
    parts = re.split(r"\b([A-Za-z]+(?:_\w+)+)\b", text)
    return "".join(_math(symbol(part)) if i % 2 else f'<span class="words">{escape(part)}</span>' for i, part in enumerate(parts) if part)


def _mixed(text):
    """An expression, or clauses of which each is an expression or words."""
    try:
        if " = " in text or " += " in text or " -= " in text:
            return _math("".join(Parser(text.strip()).whole()))
    except NoExpression:
        pass
    shown = ""
    for part in re.split(r"((?:[,;:] (?![^()]*\)))|\s{2,}| (?:for|where|when|then|if) | # )", text):
        try:
            # A single word is no expression.
            if not re.search(r"[-+*/^=<>~(]", part):
                raise NoExpression
            left, right = Parser(part.strip()).whole()
            shown += _math(left + right)
        except NoExpression:
            shown += _words(part if part.strip() else "\u2003")
    return shown


def _lines(line):
    """A line as a row of a table, aligned at its relation, or as a line of words with the statements that belong to it below."""
    # Columns, several equations or a remark, are three spaces or more apart; so is a relation that is aligned.
    equation, *remarks = re.split(r"\s{3,}(?=\S)(?![=<]|[-+]=)", line.strip())
    try:
        left, right = Parser(equation).whole()
        if right:
            relation, right = re.match(r"(<mo>.*?</mo>)(.*)", right).groups()
            beside = "".join("<span class='words'>\u2003\u2003</span>" + _mixed(remark) for remark in remarks)
            right = _math("<mrow></mrow>" + relation + right) + beside
            return [f'<tr><td class="left">{_math(left)}</td><td class="rest">{right}</td></tr>']
    except NoExpression:
        pass
    head, colon, rest = re.match(r"(.*?)(: |, then |$)(.*)", line).groups()
    statements = rest.split("; ")
    if colon and len(statements) > 2:
        return [f'<p>{_mixed(head)}<span class="words">{colon.rstrip()}</span></p>'] + [f'<p class="step">{_mixed(part)}</p>' for part in statements]
    return [f"<p>{_mixed(line.strip())}</p>"]


def html(text):
    """The block of a page: tables of equations, and lines of words between them."""
    text = re.sub(r"\n +(?=[-+] )", " ", text)
    parts = []
    for line in text.split("\n"):
        parts += _lines(line) if line.strip() else ['<p class="gap"></p>']
    body = re.sub(r"((?:<tr>.*?</tr>\n?)+)", r'<table class="plain">\1</table>', "\n".join(parts))
    return f'<div class="equations">{body}</div>'.replace("\n", "")

"""The canonical layout: what it looks like, that it stays, and that it keeps the program and every comment."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tdsl import resources
from tdsl.emit.syntax import emit_syntax
from tdsl.formatting.layout import formatted
from tdsl.source import Source, UserError
from tdsl.syntax.parse import CLOSES, CONTINUES, item_tokens, parse
from tests.random_programs.generator import Generator

ROOT = Path(__file__).parent.parent.parent
OWN = [path for folder in (resources.SAMPLES, resources.STANDARD_LIBRARY) for path in sorted(folder.rglob("*.tdsl"))]


def layout(text: str) -> str:
    return formatted(Source("text.tdsl", text))


def meaning(text: str) -> str:
    """The syntax with all doc comments, without places."""
    file = parse(Source("text.tdsl", text))
    return file.doc + re.sub(r" @ text\.tdsl:\d+:\d+", "", emit_syntax(file))


def assert_kept(text: str) -> None:
    after = layout(text)
    assert meaning(after) == meaning(text)
    assert layout(after) == after
    assert not re.search(r"[ \t]$|\n\n\n|\A\n|[^\n]\Z", after, re.MULTILINE) or after == ""


EXAMPLES = {
    "blanks": (
        "use std.nn :relu ,softmax\ndim B,N\ninput  x:real[ B,N ]=0\n"
        "entry f[ i in 2 ](x,lr:real=0.1,dim M)->(loss=- x [0 ,: ,1 : - 1],p = not(x>- 1))",
        "use std.nn: relu, softmax\ndim B, N\ninput x: real[B, N] = 0\n"
        "entry f[i in 2](x, lr: real = 0.1, dim M) -> (loss = -x[0, :, 1:-1], p = not (x > -1))\n",
    ),
    "arguments": (
        "let a=sum (x,axis = ( 0,1 ))\nfn f(x , axis=0)=std( x,axis=axis ) **-2 @y . T\nlet b = x<-1",
        "let a = sum(x, axis=(0, 1))\nfn f(x, axis = 0) = std(x, axis=axis) ** -2 @ y.T\nlet b = x < -1\n",
    ),
    "blocks": (
        "entry f() {a<-b\n           b  <- a }\nentry g(x)->C{minimize C with sgd( 0.1 )}\n"
        "model M(N) { shared W:real[N]=0\n\n\n  fn f(x)=for z in x{\nyield z }\n}",
        "entry f() {\n    a <- b\n    b <- a\n}\nentry g(x) -> C { minimize C with sgd(0.1) }\n"
        "model M(N) {\n    shared W: real[N] = 0\n\n    fn f(x) = for z in x {\n        yield z\n    }\n}\n",
    ),
    "loops": (
        f"let h = for {', '.join(f'a{n} in x{n}[::-1]' for n in range(20))} {{\n  yield a0\n}}\n"
        f"let {', '.join(f'name{n}' for n in range(13))} = for x in xs, y in ys {{\n  yield x\n}}",
        f"let h = for {', '.join(f'a{n} in x{n}[::-1]' for n in range(6))},\n"
        f"        {', '.join(f'a{n} in x{n}[::-1]' for n in range(6, 12))},\n"
        f"        {', '.join(f'a{n} in x{n}[::-1]' for n in range(12, 18))},\n"
        "        a18 in x18[::-1], a19 in x19[::-1] {\n    yield a0\n}\n"
        f"let {', '.join(f'name{n}' for n in range(13))} =\nfor x in xs, y in ys {{\n    yield x\n}}\n",
    ),
    "blank_lines": ("\n\nlet a = 1\n\n\n\nlet b = 2\nlet c = 3\n\n", "let a = 1\n\nlet b = 2\nlet c = 3\n"),
    "comments": (
        "##  A file.\n\n# one\nlet a = f(x, # 2\n  y)#three\n\n## four\nlet b = 2 ## five\n# six",
        "##  A file.\n\n# one\nlet a = f(\n    x,       # 2\n    y\n)   #three\n\n## four\nlet b = 2  ## five\n# six\n",
    ),
    "columns": (
        "dim B           # one\nconst H=2  # two\n\nshared W: real[2] = 0 # a\nshared b: real    =  1  # b\nlet x  = 1",
        "dim B           # one\nconst H = 2  # two\n\n"
        "shared W: real[2] = 0  # a\nshared b: real    = 1   # b\nlet x = 1\n",
    ),
    "aligned_comments_move_together": (
        "let a=1+2  # a\nlet b = 1  # b\n",
        "let a = 1 + 2  # a\nlet b = 1      # b\n",
    ),
    "author's_breaks": ("let A = [\n[1, 0], [0,\n 1]]\nlet B = [[1, 0],\n  [0, 1]]", None),
    "long_call": (f"let a = f({', '.join(['argument_of_it'] * 9)})", None),
    "long_sum": (f"let total = {' + '.join(['term_of_a_sum * 2'] * 8)}", None),
    "long_value": (f"fn f({', '.join(['parameter'] * 9)}) = g({', '.join(['parameter'] * 8)})", None),
    "long_choice": (f"let a = (if {'c' * 50} then {'d' * 50} else {'e' * 50})", None),
    "long_choice_outside": (f"let a = if {'c' * 50} then {'d' * 50} else {'e' * 50}", None),
    "long_entry": (f"entry f({', '.join(['x'] * 30)}) -> ({', '.join(['a + b'] * 14)}) {{\nlet a = 1\n}}", None),
    "long_body": (f"entry f(x) -> {'y' * 80} {{ minimize {'C' * 20} with sgd(0.1) }}", None),
}
BROKEN = {
    "author's_breaks": "let A = [\n    [1, 0],\n    [0, 1]\n]\nlet B = [[1, 0], [0, 1]]\n",
    "long_call": "let a = f(\n" + "    argument_of_it,\n" * 8 + "    argument_of_it\n)\n",
    "long_sum": "let total =\n" + "    term_of_a_sum * 2 +\n" * 7 + "    term_of_a_sum * 2\n",
    "long_value": f"fn f({', '.join(['parameter'] * 9)}) =\n    g({', '.join(['parameter'] * 8)})\n",
    "long_choice": f"let a = (\n    if {'c' * 50}\n    then {'d' * 50}\n    else {'e' * 50}\n)\n",
    "long_choice_outside": f"let a =\n    if {'c' * 50} then\n    {'d' * 50} else\n    {'e' * 50}\n",
    "long_entry": f"entry f({', '.join(['x'] * 30)}) -> (\n{'    a + b,' + chr(10)}" + "    a + b,\n" * 12
    + "    a + b\n) {\n    let a = 1\n}\n",
    "long_body": f"entry f(x) -> {'y' * 80} {{\n    minimize {'C' * 20} with sgd(0.1)\n}}\n",
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name: str) -> None:
    text, after = EXAMPLES[name]
    assert layout(text) == (after or BROKEN[name])
    assert_kept(text)


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_samples_and_the_library_have_it(path: Path) -> None:
    assert layout(path.read_text(encoding="utf-8")) == path.read_text(encoding="utf-8")


def test_programs_of_tests_and_documents_keep_their_meaning() -> None:
    texts = [
        path.read_bytes().decode("utf-8", "replace")
        for folder in ("tests", "benchmarks")
        for path in (ROOT / folder).rglob("*.tdsl")
        if path.is_file()
    ]
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "tdsl" / "explain").glob("*.md")]
    for document in documents:
        texts += re.findall(r"^```\n(.*?)^```", document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    tried = 0
    for text in texts:
        try:
            before = meaning(text)
        except UserError:
            continue
        assert meaning(layout(text)) == before
        tried += 1
    assert tried > 400


@pytest.mark.parametrize("seed", range(2))
def test_random_programs_with_comments_anywhere(seed: int) -> None:
    rng = random.Random(seed)
    text = Generator(seed).file().text
    assert_kept(text)
    wild = scattered(text, rng)
    assert_kept(wild)
    comments = re.findall(r"# comment \d+", wild)
    assert len(comments) > 20 and sorted(comments) == sorted(re.findall(r"# comment \d+", layout(wild)))


def scattered(text: str, rng: random.Random) -> str:
    """The text with comments, ends of lines and blanks wherever they change nothing."""
    out, end, brackets = [], 0, list[str]()
    for tokens in item_tokens(Source("text.tdsl", text)):
        before = None
        for token in tokens:
            start = token.start_pos or 0
            gap, free = text[end:start], "UPDATE" not in (before, token.type)
            free &= bool(brackets and brackets[-1] != "LBRACE") or before in CONTINUES
            if before and free and token.type != "_NL" and not gap.strip(" "):
                number = rng.randrange(1000)
                gap += rng.choice([*[""] * 12, "\n", "  ", f" # comment {number}\n", f"\n\n# comment {number}\n "])
            out += [gap, str(token)]
            end, before = start + len(token), token.type
            if token.type in CLOSES:
                brackets.pop()
            if token.type in CLOSES.values():
                brackets.append(token.type)
    return "".join([*out, text[end:]])


def test_mistakes_of_syntax_are_reported() -> None:
    with pytest.raises(UserError, match="TD0105"):
        layout("let a = = 2")


@pytest.mark.parametrize(
    "text", ["(" * 3000 + "x" + ")" * 3000, "x" + "[0]" * 3000, "-" * 3000 + "x", "x + " * 3000 + "x"]
)
def test_depth(text: str) -> None:
    assert_kept(f"let a = {text}")

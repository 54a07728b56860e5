class _ProfileValue:
    name: _str
    text: _str
    place: _str
    derivative: _bool
    share: _float

class _ProfileRow:
    entry: _str
    number: _int
    kind: _str
    loops: _int
    values: _tuple[_ProfileValue, ...]
    runs: _int
    seconds: _float
    flop: _int
    functions: _int
    bytes: _int
    @_property
    def text(self) -> _str: ...
    @_property
    def place(self) -> _str: ...

class _ProfileEntry:
    name: _str
    calls: _int
    seconds: _float
    outside: _float

class _Profile:
    module: _str
    rows: _tuple[_ProfileRow, ...]
    entries: _tuple[_ProfileEntry, ...]
    @_property
    def seconds(self) -> _float: ...
    def reset(self) -> None: ...
    def table(self) -> _str: ...
    def to_json(self) -> _str: ...
    def chrome_trace(self) -> _str: ...

def profile() -> _Profile:
    """The time of each statement of the entries, since the import or the last `reset()`."""

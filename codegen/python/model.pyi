class _StateReport(_NamedTuple):
    """Names of values; `mismatched` says what was found and what was expected, `renamed` has likely old names."""

    loaded: _list[_str]
    missing: _list[_str]
    unexpected: _list[_str]
    mismatched: _dict[_str, _str]
    renamed: _dict[_str, _str]
    same_source: _bool | None

class _History(_list[_float]):
    """The mean cost of each epoch; `history["seconds"]` is another column of the same length."""

    best_epoch: _int | None
    reason: _str
    steps: _dict[_str, _list[_float]]
    @_property
    def columns(self) -> _tuple[_str, ...]: ...
    @_overload
    def __getitem__(self, key: _str, /) -> _list[_float]: ...
    @_overload
    def __getitem__(self, key: _SupportsIndex, /) -> _float: ...
    @_overload
    def __getitem__(self, key: _slice, /) -> _list[_float]: ...
    def to_dict(self) -> _dict[_str, _list[_float]]: ...

class _Recorder(_Protocol):
    """An object that is told what a training measures."""

    def begin(self, run: _dict[_str, _object], /) -> _object: ...
    def row(self, values: _dict[_str, _float], /) -> _object: ...
    def end(self, reason: _str, /) -> _object: ...

class _Values:
    def get_value(self, name: _str) -> _NDArray[_Any]:
        """A copy of a value."""
    def set_value(self, name: _str, value: _ArrayLike) -> None: ...
    def __getitem__(self, name: _str) -> _Any: ...
    def __setitem__(self, name: _str, value: _ArrayLike) -> None: ...
    def __contains__(self, name: _object) -> _bool: ...
    def __iter__(self) -> _Iterator[_str]: ...
    def __len__(self) -> _int: ...
    def keys(self) -> _list[_str]: ...
    def values(self) -> _list[_Any]: ...
    def items(self) -> _list[_tuple[_str, _Any]]: ...
    def state_dict(self) -> _dict[_str, _NDArray[_Any]]: ...
    def load_state_dict(
        self,
        state: _Mapping[_str, _ArrayLike] | _Values,
        strict: _bool = True,
        renamed: _Mapping[_str, _str] | None = None,
    ) -> _StateReport: ...
    def flatten(self) -> _NDArray[_np.float64]:
        """The trained values in the order of the program as one vector."""
    def unflatten(self, vector: _ArrayLike) -> None:
        """All elements of such a vector, or none on any error."""
    def flat_objective(
        self, /, *data: _ArrayLike, entry: _str, **arguments: _ArrayLike
    ) -> _Callable[[_ArrayLike], _tuple[_float, _NDArray[_np.float64]]]:
        """A function of that vector: the cost and the vector of its derivatives."""
@parts
class Model(_Values):
@doc
    class StopTraining(_Exception):
        """Raised by a callback of `fit`: training ends with this epoch."""
@attributes
    def __init__(self, seed: _SupportsIndex = 0, device: _str | None = None) -> None: ...
@entries
    def fit(
        self,
        /,
        *data: _ArrayLike,
        entry: _str = "train",
        epochs: _SupportsIndex = 1,
        batch_size: _SupportsIndex | None = None,
        shuffle: _bool = True,
        seed: _SupportsIndex = 0,
        callback: _Callable[[_int, _float, _Any], _object]
        | _Sequence[_Callable[[_int, _float, _Any], _object]]
        | None = None,
        progress: _bool | None = None,
        validate: _Mapping[_str, _ArrayLike] | _ArrayLike | _tuple[_ArrayLike, ...] | None = None,
        metrics: _str | _Sequence[_str] | None = None,
        patience: _SupportsIndex | None = None,
        monitor: _str | None = None,
        mode: _Literal["min", "max"] = "min",
        min_delta: _float = 0.0,
        checkpoint: _str | _PathLike[_str] | None = None,
        checkpoint_epochs: _SupportsIndex | None = None,
        checkpoint_seconds: _float | None = None,
        resume: _bool | _str | _PathLike[_str] = False,
        record: _Recorder | _Sequence[_Recorder] | None = None,
        record_steps: _SupportsIndex | None = None,
        comm: _Any = None,
        **arguments: _ArrayLike | _Callable[[_int], _ArrayLike],
    ) -> _History:
        """Calls an entry for every minibatch of every epoch; the mean cost of each epoch, and columns of what is measured."""
    def reset(self, seed: _SupportsIndex = 0) -> None:
        """Every value as it was first made from a seed."""
    def save(self, path: _str | _PathLike[_str] | _IO[_bytes]) -> None:
        """All values as .npz, written whole or not at all."""
    def load(
        self,
        path: _str | _PathLike[_str] | _IO[_bytes],
        strict: _bool = True,
        renamed: _Mapping[_str, _str] | None = None,
    ) -> _StateReport: ...
    def set_allreduce(self, function: _Callable[[_NDArray[_Any]], _object] | None) -> None:
        """The function that adds up an array over all processes that train this model."""
    def copy(self, device: _str | None = None) -> _Self:
        """An independent model with the same values."""

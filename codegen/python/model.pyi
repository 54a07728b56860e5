class _StateReport(TypedDict):
    """Names of values; `mismatched` says what was found and what was expected."""

    loaded: list[str]
    missing: list[str]
    unexpected: list[str]
    mismatched: dict[str, str]
    same_source: bool | None

class Model:
@doc
@attributes
    def __init__(self, seed: int = 0) -> None: ...
@entries
    def fit(
        self,
        *data: ArrayLike,
        entry: str = "train",
        epochs: int = 1,
        batch_size: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        callback: Callable[[int, float, Any], object] | Sequence[Callable[[int, float, Any], object]] | None = None,
        progress: bool | None = None,
        **arguments: ArrayLike,
    ) -> list[float]:
        """Calls an entry for every minibatch of every epoch; the mean cost of each epoch."""
    def reset(self, seed: int = 0) -> None:
        """Every value as it was first made from a seed."""
    def get_value(self, name: str) -> NDArray[Any]:
        """A copy of a value."""
    def set_value(self, name: str, value: ArrayLike) -> None: ...
    def __getitem__(self, name: str) -> Any: ...
    def __setitem__(self, name: str, value: ArrayLike) -> None: ...
    def __contains__(self, name: object) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def keys(self) -> list[str]: ...
    def values(self) -> list[Any]: ...
    def items(self) -> list[tuple[str, Any]]: ...
    def state_dict(self) -> dict[str, NDArray[Any]]: ...
    def load_state_dict(self, state: Mapping[str, ArrayLike], strict: bool = True) -> _StateReport: ...
    def save(self, path: str | PathLike[str]) -> None:
        """All values as .npz, written whole or not at all."""
    def load(self, path: str | PathLike[str], strict: bool = True) -> _StateReport: ...
    def copy(self) -> Model:
        """An independent model with the same values."""

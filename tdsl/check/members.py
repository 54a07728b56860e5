"""The members of an instance, `enc.W`."""

from __future__ import annotations

from tdsl.check.values import POISON, Instance, Poisoned, Value
from tdsl.source import Label, fail
from tdsl.spelling import suggestion
from tdsl.syntax import nodes as syntax


def member_value(attribute: syntax.Attribute, instance: Instance) -> Value:
    """The value of a member."""
    members = instance.members()
    value = members.get(attribute.name)
    if value is POISON:
        raise Poisoned
    if value is None:
        name = instance.definition.item.name
        hint = suggestion(attribute.name, members, f"it has {', '.join(members) or 'no members'}")
        what = f"the model '{name.name}' has no member '{attribute.name}'"
        raise fail("TD0201", what, attribute.name_span, Label(name.span, "declared here"), hint=hint)
    return value

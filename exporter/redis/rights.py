"""The rights that an ACL user of Redis needs, by category, so that they outlive new commands."""

# The user of a recorder, and of the exporter where it reads what recorders wrote.
APPLICATION = (
    "~ionmon:* +@read +@write +@scripting +@transaction +@connection +time +info "
    "+cluster|nodes +cluster|slots"
)

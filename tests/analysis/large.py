"""A policy of thousands of rows: authority by product line, class, channel and level, and rules beside it."""

from tests.small_policies import HEAD

COLUMNS = "level, line.product_line, customer.class, deal.channel, line.discount, line.margin, deal.net_total"


def large_policy(rows: int, *, hole: bool = False) -> str:
    """Return a policy with about so many rows and rules; with a hole in the last sort of line."""
    levels = [f"level_{number}" for number in range(1, 9)]
    classes, channels = ["R", "D", "A", "P"], ["direct", "partner"]
    lines = [f"line_{number}" for number in range(max(1, rows * 4 // 5 // 64))]
    text = [
        HEAD,
        "terms:",
        f"  product_line: [{', '.join(lines)}]",
        f"  customer_class: [{', '.join(classes)}]",
        f"  channel: [{', '.join(channels)}]",
        "price_approval:",
        f"  ladder: [{', '.join(f'{{level: {level}}}' for level in levels)}]",
        "  authority:",
        f"    columns: [{COLUMNS}]",
        "    rows:",
    ]
    for number, line in enumerate(lines):
        for sort, (customer, channel) in enumerate((a, b) for a in classes for b in channels):
            for rank, level in enumerate(levels):
                last = hole and line == lines[-1] and sort == 7
                first = 5 * rank + (number * 7 + sort) % 40 / 10
                start = f"[{first + 1.5:g}%..{first + 5:g}%]" if last and rank else f"<= {first + 5:g}%"
                text.append(
                    f'      - [{level}, {line}, {customer}, {channel}, "{start}", '
                    f'">= {40 - 4 * rank - number % 3:g}%", "<= {(rank + 1) * 250_000 + number * 1000}"]'
                )
    text.append("  rules:")
    for number in range(rows // 5):
        line, customer = lines[number % len(lines)], classes[number % 4]
        text.append(
            f"    - {{id: rule-{number}, when: {{line.product_line: {line}, customer.class: {customer}, "
            f'line.discount: "> {20 + number % 30}%"}}, then: {{at_least: level_{1 + number % 8}}}}}'
        )
    return "\n".join(text) + "\n"

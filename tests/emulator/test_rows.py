from gateway.emulator.rows import Row, Rows

DOCUMENTED = {"type", "quantity", "quantity_time", "time", "dots", "cover_position", "format", "aspect_ratio"} | {
    "max_length"
}
OWN = {"time": {"time"}, "dots": {"dots"}, "quantity": {"quantity", "quantity_time"}}


def rows(count: int, *, clean: bool) -> list[Row]:
    made = Rows(1, 10, clean=clean)
    return [made.row(serial) for serial in range(count)]


def test_a_row_follows_from_seed_and_number() -> None:
    """Two makers of one seed agree; another seed gives other rows."""
    assert rows(200, clean=False) == rows(200, clean=False)
    assert Rows(2, 10, clean=True).row(0) != Rows(1, 10, clean=True).row(0)


def test_clean_rows_keep_the_documented_ranges() -> None:
    """Every clean row has a unique id, a count, and the fields of its own type within the vendor's ranges."""
    made = rows(5000, clean=True)
    assert len({row["task_id"] for row in made}) == 5000
    seen = set()
    for row in made:
        parameters = row["thumbnail_para"]
        kind = parameters["type"]
        seen.add(kind)
        foreign = set().union(*(fields for name, fields in OWN.items() if name != kind))
        assert set(parameters) <= DOCUMENTED - foreign
        assert {"cover_position", "format", "aspect_ratio", "max_length"} <= set(parameters)
        assert row["thumbnail_count"] >= 1
        assert 1 <= parameters["cover_position"] <= row["thumbnail_count"]
        assert parameters["format"] == 1
        assert parameters["aspect_ratio"] in {0, 1}
        assert 0 <= parameters.get("time", 0) <= 100
        assert 1 <= parameters.get("quantity", 1) <= 10
        assert parameters.get("dots", [1]) == sorted(parameters.get("dots", [1]))
    assert seen == {"time", "dots", "quantity"}


def test_some_tasks_have_more_snapshots_than_the_offset_reaches() -> None:
    """Among 10000 tasks there are a few behind whose wall snapshots stand (offset 20480, limit 100)."""
    large = [row for row in rows(10_000, clean=True) if row["thumbnail_count"] > 20_580]
    assert 1 <= len(large) <= 10


def test_oddities_are_rare_and_of_every_sort() -> None:
    """Among 5000 rows each oddity occurs, and none in more than a few percent."""
    made = rows(5000, clean=False)
    parameters = [row.get("thumbnail_para") or {} for row in made]
    counts = {
        "no id": sum("task_id" not in row for row in made),
        "null parameters": sum(row.get("thumbnail_para", 0) is None for row in made),
        "no parameters": sum("thumbnail_para" not in row for row in made),
        "no count": sum("thumbnail_count" not in row for row in made),
        "null count": sum(row.get("thumbnail_count", 0) is None for row in made),
        "other format": sum(each.get("format") == 2 for each in parameters),
        "other type": sum(each.get("type") == "sprite" for each in parameters),
        "other ratio": sum(each.get("aspect_ratio") == 2 for each in parameters),
        "null length": sum(each.get("max_length", 0) is None for each in parameters),
    }
    assert all(0 < count < 200 for count in counts.values()), counts
    assert sum("max_length" not in each for each in parameters) > 200

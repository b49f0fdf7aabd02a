from gateway.redis.circuit import FAILURES, PROBES, WINDOW, StoreCircuit


def test_failures_in_a_row_open_it() -> None:
    """However well the store was before."""
    circuit = StoreCircuit()
    for _ in range(1_000):
        circuit.learn(0, failed=False)
    for _ in range(FAILURES):
        assert not circuit.is_open
        circuit.learn(0, failed=True)
    assert circuit.is_open


def test_a_tenth_of_a_window_opens_it() -> None:
    """Less does not, and what failed in the window before counts no more."""
    circuit = StoreCircuit()
    for number in range(100):
        circuit.learn(0, failed=number % 20 == 0)
    assert not circuit.is_open
    circuit.learn(WINDOW, failed=True)
    circuit.learn(WINDOW, failed=False)
    circuit.learn(WINDOW, failed=True)
    assert not circuit.is_open
    circuit.learn(WINDOW, failed=False)
    circuit.learn(WINDOW, failed=True)
    assert circuit.is_open


def test_good_probes_in_a_row_close_it() -> None:
    """A bad one between them begins the row anew; calls that began before it opened tell nothing."""
    circuit = StoreCircuit()
    for _ in range(FAILURES):
        circuit.learn_probe(0, failed=True)
    for _ in range(PROBES - 1):
        circuit.learn_probe(0, failed=False)
    circuit.learn_probe(0, failed=True)
    circuit.learn(0, failed=False)
    for _ in range(PROBES):
        assert circuit.is_open
        circuit.learn_probe(0, failed=False)
    assert not circuit.is_open
    for _ in range(FAILURES - 1):
        circuit.learn(0, failed=True)
    assert not circuit.is_open

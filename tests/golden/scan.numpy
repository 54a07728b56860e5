def run0_loop(faults, T, B, last, x, W, U, i):
    rows = np.zeros((T, 100), np.float32)
    stack = np.zeros((T, B, 100), np.float32)
    stack_2 = np.zeros((T, B, 100), np.float32)
    known = len(faults)
    for step in range(T):
        x_step = x[step]
        t0 = last @ W
        t1 = x_step @ U
        t2 = t0 + t1
        new_h = np.tanh(t2)
        t3 = take(faults, 0, new_h, i, 0)
        last, rows[step], stack[step], stack_2[step] = new_h, t3, last, new_h
        if len(faults) > known:
            faults[known:] = [(*fault[:3], step, *fault[3:]) for fault in faults[known:]]
            break
    return last, rows, stack, stack_2


def run0_loop_2(T, B, state, items, given, W):
    stack = np.zeros((T, B, 100), np.float32)
    for step in reversed(range(T)):
        items_step = items[step]
        t0 = np.float32(1.0)
        t1 = np.broadcast_to(t0, (B, 100))
        t2 = items_step * items_step
        t3 = t1 - t2
        t4 = state * t3
        t5 = np.transpose(W, (1, 0))
        t6 = t4 @ t5
        state, stack[step] = t6, t4
    return state, stack


def run0(arguments, dims, variables, exchange=None):
    faults = []
    x = arguments[0]
    start = arguments[1]
    W = arguments[2]
    U = arguments[3]
    i = arguments[4]
    T = dims[0]
    B = dims[1]
    last, rows, t0, t1 = run0_loop(faults, T, B, start, x, W, U, i)
    t2 = last * last
    C = total(t2, (0, 1))
    t3 = np.reshape(t0, (B * T, 100))
    t4 = np.transpose(t3, (1, 0))
    dC_dlast = last + last
    t5, t6 = run0_loop_2(T, B, dC_dlast, t1, t0, W)
    t7 = np.reshape(t6, (B * T, 100))
    dC_dW = t4 @ t7
    return [C, rows, dC_dW], [], min(faults, default=None)

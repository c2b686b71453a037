#!/usr/bin/env python3
"""Makes Tests/ApusNNTests/Fixtures: values and gradients of layers and models, by Keras (JAX, float32) and PyTorch (float64).

    python engine_fixtures.py ../ApusNNTests/Fixtures [case...]        needs keras, jax, torch, numpy

One folder per case: body.txt (the layers), x.npy, t.HEAD.npy, w.HEAD.npy (sample weights, where given), p.LAYER.NAME.npy (weights), and for
each framework a folder with y.HEAD.npy (outputs), losses.npy (total, then heads) and g.LAYER.NAME.npy (gradients of the total loss).
Dropout is off. The two frameworks must agree with each other before anything is written.
"""
import os, shutil, sys
os.environ["KERAS_BACKEND"] = "jax"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import jax, keras, numpy as np, torch
import jax.numpy as jnp

# A layer is (kind, units, option): option is returnsSequences of an lstm or a gru, the activation of a dense layer.
L, G, D = "lstm", "gru", "dense"
RECIPE = [(L, 64, True), (L, 32, False)], {
    "direction": ("crossEntropy", 1.0, [(D, 16, "relu"), (D, 4, "softmax")]),
    "bars": ("meanSquaredError", 0.5, [(D, 16, "relu"), (D, 8, "relu"), (D, 1, "relu")]),
}


def one(*layers):
    return [], {"out": ("meanSquaredError", 1.0, list(layers))}


# name: (rows, shape of a row, trunk and heads, sample weights)
CASES = {
    "lstm-last": (3, (5, 4), one((L, 7, False)), False),
    "lstm-one-step-one-row": (1, (1, 3), one((L, 16, False)), False),
    "lstm-17-rows-33-units": (17, (6, 13), one((L, 33, False)), True),
    "lstm-stacked": (9, (11, 5), one((L, 20, True), (L, 16, True), (L, 3, False)), False),
    "dense-on-sequence": (5, (4, 6), one((D, 9, "tanh"), (L, 8, False)), False),
    "dense-activations": (7, (19,), one((D, 33, "relu"), (D, 17, "tanh"), (D, 5, "sigmoid"), (D, 4, "softmax"), (D, 2, "linear")), True),
    "dense-one-row": (1, (1,), one((D, 1, "linear")), False),
    "two-heads": (21, (30, 13), RECIPE, True),
    "gru-last": (3, (5, 4), one((G, 7, False)), False),
    "gru-one-step-one-row": (1, (1, 3), one((G, 16, False)), False),
    "gru-17-rows-33-units": (17, (6, 13), one((G, 33, False)), True),
    "gru-stacked": (9, (11, 5), one((G, 20, True), (G, 16, True), (G, 3, False)), False),
}


def body(trunk, heads):
    def line(kind, units, option):
        if kind in (L, G):
            return f"{kind.upper()}({units}, returnsSequences: true)" if option else f"{kind.upper()}({units})"
        return f"Dense({units})" if option == "linear" else f"Dense({units}, activation: .{option})"
    text = "".join(line(*layer) + "\n" for layer in trunk)
    for name, (loss, weight, layers) in heads.items():
        inside = "".join(f"    {line(*layer)}\n" for layer in layers)
        text += f'Head("{name}", loss: .{loss}, weight: {weight}) {{\n{inside}}}\n'
    return text


def names(trunk, heads):
    """Our names of the layers, in order: Keras's rule, and the head's name for its last layer."""
    count = {}

    def automatic(kind):
        n = count.get(kind, 0)
        count[kind] = n + 1
        return kind if n == 0 else f"{kind}_{n}"
    result = [[automatic(layer[0]) for layer in trunk]]
    for name, (_, _, layers) in heads.items():
        result.append([automatic(layer[0]) for layer in layers[:-1]] + [name])
    return result


def make_weights(r, trunk, heads, features):
    """{layer: [(name, array)]} with biases that are not zero."""
    weights = {}

    def add(name, layer, f):
        kind, units, _ = layer
        columns = {L: 4, G: 3, D: 1}[kind] * units
        arrays = [("kernel", r.normal(0, 1 / np.sqrt(f), (f, columns)))]
        if kind in (L, G):
            arrays.append(("recurrent_kernel", r.normal(0, 1 / np.sqrt(units), (units, columns))))
        arrays.append(("bias", r.normal(0, 0.3, (2, columns) if kind == G else columns)))
        weights[name] = [(n, a.astype(np.float32)) for n, a in arrays]
        return units
    all_names = names(trunk, heads)
    f = features
    for name, layer in zip(all_names[0], trunk):
        f = add(name, layer, f)
    for head_names, (_, _, layers) in zip(all_names[1:], heads.values()):
        g = f
        for name, layer in zip(head_names, layers):
            g = add(name, layer, g)
    return weights


def by_keras(shape, trunk, heads, weights, x, targets, sample_weights):
    def layer(name, kind, units, option):
        if kind in (L, G):
            return {L: keras.layers.LSTM, G: keras.layers.GRU}[kind](units, return_sequences=option, name=name)
        return keras.layers.Dense(units, option, name=name)
    all_names = names(trunk, heads)
    source = keras.Input(shape)
    value = source
    for name, spec in zip(all_names[0], trunk):
        value = layer(name, *spec)(value)
    outputs = []
    for head_names, (_, _, layers) in zip(all_names[1:], heads.values()):
        v = value
        for name, spec in zip(head_names, layers):
            v = layer(name, *spec)(v)
        outputs.append(v)
    model = keras.Model(source, outputs)
    for name, arrays in weights.items():
        model.get_layer(name).set_weights([a for _, a in arrays])
    kinds = {"crossEntropy": keras.losses.CategoricalCrossentropy, "meanSquaredError": keras.losses.MeanSquaredError}

    def total(variables):
        ys, _ = model.stateless_call(variables, model.non_trainable_variables, x, training=False)
        ys = ys if isinstance(ys, list) else [ys]
        losses = [kinds[kind]()(t, y, sample_weight=w) for (kind, _, _), y, t, w in zip(heads.values(), ys, targets, sample_weights)]
        return sum(h[1] * l for h, l in zip(heads.values(), losses)), (ys, losses)
    variables = [v.value for v in model.trainable_variables]
    (loss, (ys, losses)), gradients = jax.value_and_grad(total, has_aux=True)(variables)
    paths = [(v.path.split("/")[0], v.path.split("/")[-1]) for v in model.trainable_variables]
    return [np.asarray(y) for y in ys], [float(loss)] + [float(l) for l in losses], {p: np.asarray(g) for p, g in zip(paths, gradients)}


def by_torch(trunk, heads, weights, x, targets, sample_weights):
    """The same by PyTorch; its gate order i, f, g, o is Keras's i, f, c, o, its GRU's r, z, n is Keras's z, r, h with the
    first two exchanged, and its weights are transposed."""
    torch.set_default_dtype(torch.float64)
    tensors = {(layer, n): torch.tensor(a.astype(np.float64), requires_grad=True) for layer, arrays in weights.items() for n, a in arrays}

    def run(name, spec, v):
        kind, units, option = spec
        kernel, bias = tensors[name, "kernel"], tensors[name, "bias"]
        if kind == L:
            recurrent = tensors[name, "recurrent_kernel"]
            zero = torch.zeros(1, v.shape[0], units)
            # What nn.LSTM calls: input, state, (input and recurrent weights and biases), one layer, no dropout, batch first.
            out = torch.lstm(v, (zero, zero), (kernel.T, recurrent.T, bias, torch.zeros_like(bias)), True, 1, 0.0, False, False, True)[0]
            return out if option else out[:, -1]
        if kind == G:
            recurrent = tensors[name, "recurrent_kernel"]

            def reordered(a):
                z, r, h = a.split(units, -1)
                return torch.cat([r, z, h], -1).T
            parameters = (reordered(kernel), reordered(recurrent), reordered(bias[0]), reordered(bias[1]))
            out = torch.gru(v, torch.zeros(1, v.shape[0], units), parameters, True, 1, 0.0, False, False, True)[0]
            return out if option else out[:, -1]
        z = v @ kernel + bias
        return {"linear": lambda: z, "softmax": lambda: torch.softmax(z, -1)}.get(option, lambda: getattr(torch, option)(z))()
    all_names = names(trunk, heads)
    value = torch.tensor(x.astype(np.float64))
    for name, spec in zip(all_names[0], trunk):
        value = run(name, spec, value)
    ys, losses, total = [], [], 0.0
    for head_names, (kind, weight, layers), t, w in zip(all_names[1:], heads.values(), targets, sample_weights):
        v = value
        for name, spec in zip(head_names, layers):
            v = run(name, spec, v)
        t = torch.tensor(t.astype(np.float64))
        per_row = -(t * torch.log(v)).sum(-1) if kind == "crossEntropy" else ((v - t) ** 2).mean(-1)
        loss = (per_row * (1.0 if w is None else torch.tensor(w.astype(np.float64)))).mean()
        ys.append(v.detach().numpy())
        losses.append(loss.item())
        total = total + weight * loss
    total.backward()
    return ys, [total.item()] + losses, {key: t.grad.numpy() for key, t in tensors.items()}


def agree(a, b, what):
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    error = np.abs(a - b).max() / max(np.abs(b).max(), 1e-3)
    assert error < 2e-5, f"{what}: Keras and PyTorch differ by {error}"
    return error


def write(folder, outputs, losses, gradients, heads):
    os.makedirs(folder)
    for name, y in zip(heads, outputs):
        np.save(f"{folder}/y.{name}.npy", y.astype(np.float32))
    np.save(f"{folder}/losses.npy", np.array(losses, np.float64))
    for (layer, name), g in gradients.items():
        np.save(f"{folder}/g.{layer}.{name}.npy", g.astype(np.float32))


def main(out, *only):
    for number, (case, (rows, shape, (trunk, heads), weighted)) in enumerate(CASES.items()):
        if only and case not in only:
            continue
        r = np.random.RandomState(number)
        folder = f"{out}/{case}"
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        x = r.standard_normal((rows, *shape)).astype(np.float32)
        weights = make_weights(r, trunk, heads, shape[-1])
        targets, sample_weights = [], []
        for kind, _, layers in heads.values():
            c = layers[-1][1]
            t = np.eye(c)[r.randint(c, size=rows)] if kind == "crossEntropy" else r.standard_normal((rows, c))
            targets.append(t.astype(np.float32))
            sample_weights.append(r.choice([1.0, 1.5, 2.0, 2.4], rows).astype(np.float32) if weighted and kind == "crossEntropy" else
                                  r.uniform(0, 2, rows).astype(np.float32) if weighted and case != "two-heads" else None)
        a = by_keras(shape, trunk, heads, weights, x, targets, sample_weights)
        b = by_torch(trunk, heads, weights, x, targets, sample_weights)
        worst = max([agree(p, q, f"{case} output") for p, q in zip(a[0], b[0])] + [agree(a[1], b[1], f"{case} losses")]
                    + [agree(a[2][key], b[2][key], f"{case} gradient of {key}") for key in b[2]])
        print(f"{case}: Keras and PyTorch agree to {worst:.1e}")
        with open(f"{folder}/body.txt", "w") as f:
            f.write(body(trunk, heads))
        np.save(f"{folder}/x.npy", x)
        for name, t, w in zip(heads, targets, sample_weights):
            np.save(f"{folder}/t.{name}.npy", t)
            if w is not None:
                np.save(f"{folder}/w.{name}.npy", w)
        for layer, arrays in weights.items():
            for name, array in arrays:
                np.save(f"{folder}/p.{layer}.{name}.npy", array)
        write(f"{folder}/keras", *a, heads)
        write(f"{folder}/torch", *b, heads)


if __name__ == "__main__":
    main(*sys.argv[1:])

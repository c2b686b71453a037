#!/usr/bin/env python3
"""Makes the transformer's part of Tests/ApusNNTests/Fixtures: values and gradients by PyTorch (float64), dropout off.

    python engine_transformer.py ../ApusNNTests/Fixtures [case...]        needs torch, numpy

The small cases have the files of engine_fixtures.py, by PyTorch only. `price-action` is the full model of 406,785 parameters; its weights and
inputs are a hash of their index, which its test computes itself, and of each gradient every k-th element is kept (k in strides.npy).
"""
import os, shutil, sys
import numpy as np, torch
from torch import nn
import torch.nn.functional as F
from torch.nn.utils.stateless import functional_call

torch.set_default_dtype(torch.float64)


def hashed(count, salt, scale):
    """Uniform in ±scale/2, a multiple of 2^-24 * scale in float32: splitmix64's finaliser of (salt << 32) + index, upper 24 bits."""
    with np.errstate(over="ignore"):
        z = np.arange(count, dtype=np.uint64) + np.uint64(salt << 32) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return ((z >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24) - np.float32(0.5)) * np.float32(scale)


def positions(x):
    steps, features = x.shape[1:]
    column = torch.arange(features)
    angle = torch.arange(steps)[:, None] / 10000 ** ((column // 2 * 2)[None] / features)
    return x + torch.where(column % 2 == 0, angle.sin(), angle.cos())


def attention(heads):
    """nn.MultiheadAttention's function, which reads its weights transposed."""
    def run(x, kernel, bias, output_kernel, output_bias):
        y = x.transpose(0, 1)
        return F.multi_head_attention_forward(
            y, y, y, x.shape[-1], heads, kernel.T, bias, None, None, False, 0.0, output_kernel.T, output_bias, need_weights=False)[0].transpose(0, 1)
    return run


def encoder(heads, hidden, epsilon, activation):
    """nn.TransformerEncoderLayer itself, with our weights in place of its own."""
    def run(x, *p):
        layer = nn.TransformerEncoderLayer(
            x.shape[-1], heads, hidden, dropout=0.0, activation=activation, layer_norm_eps=epsilon, batch_first=True)
        names = ["self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight", "self_attn.out_proj.bias",
                 "linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias", "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"]
        return functional_call(layer, {n: v.T if v.dim() == 2 else v for n, v in zip(names, p)}, (x,))
    return run


ACTIVATION = dict(linear=lambda v: v, relu=torch.relu, gelu=F.gelu, tanh=torch.tanh, sigmoid=torch.sigmoid)


def dense(units, activation="linear"):
    return (f"Dense({units})" if activation == "linear" else f"Dense({units}, activation: .{activation})", "dense",
            lambda f: [("kernel", (f, units)), ("bias", (units,))], lambda x, k, b: ACTIVATION[activation](x @ k + b), units)


def norm(epsilon):
    return ("LayerNorm()" if epsilon == 1e-5 else f"LayerNorm(epsilon: {epsilon})", "layer_norm", lambda f: [("gamma", (f,)), ("beta", (f,))],
            lambda x, g, b: F.layer_norm(x, x.shape[-1:], g, b, epsilon), None)


def heads_of(count):
    shapes = lambda f: [("kernel", (f, 3 * f)), ("bias", (3 * f,)), ("output_kernel", (f, f)), ("output_bias", (f,))]
    return f"MultiHeadAttention(heads: {count})", "multi_head_attention", shapes, attention(count), None


def transformer(count, hidden, epsilon=1e-5, activation="relu"):
    shapes = lambda f: [("attention_kernel", (f, 3 * f)), ("attention_bias", (3 * f,)), ("attention_output_kernel", (f, f)),
                        ("attention_output_bias", (f,)), ("hidden_kernel", (f, hidden)), ("hidden_bias", (hidden,)),
                        ("output_kernel", (hidden, f)), ("output_bias", (f,)), ("attention_gamma", (f,)), ("attention_beta", (f,)),
                        ("output_gamma", (f,)), ("output_beta", (f,))]
    text = f"TransformerEncoder(heads: {count}, hidden: {hidden}"
    text += ("" if activation == "relu" else f", activation: .{activation}") + (")" if epsilon == 1e-5 else f", epsilon: {epsilon})")
    return text, "transformer_encoder", shapes, encoder(count, hidden, epsilon, activation), None


POSITIONS = "PositionalEncoding()", "positional_encoding", lambda f: [], positions, None
POOLING = "GlobalAveragePooling()", "global_average_pooling", lambda f: [], lambda x: x.mean(1), None

# name: (rows, shape of a row, trunk, layers of the head, loss, positive weight, sample weights)
CASES = {
    "layer-norm": (5, (19,), [dense(33), norm(1e-3), dense(5), norm(1e-5)], [dense(2)], "meanSquaredError", 1, False),
    "pooling": (3, (7, 5), [POOLING], [dense(2)], "meanSquaredError", 1, False),
    "pooling-of-a-layer": (18, (3, 5), [dense(17, "tanh"), POOLING], [dense(2, "sigmoid"), dense(2)], "meanSquaredError", 1, True),
    "attention": (4, (5, 6), [POSITIONS, heads_of(3), norm(1e-5), POOLING], [dense(1)], "meanSquaredError", 1, False),
    "attention-33-steps": (3, (33, 7), [dense(34), POSITIONS, heads_of(2), POOLING], [dense(1)], "meanSquaredError", 1, False),
    "attention-one-step-one-row": (1, (1, 1), [heads_of(1), POOLING], [dense(1)], "meanSquaredError", 1, False),
    "encoder": (3, (7, 12), [POSITIONS, transformer(3, 21, 1e-3), transformer(1, 5), POOLING], [dense(1, "sigmoid")],
                "binaryCrossEntropy", 2.5, True),
    "binary-cross-entropy": (19, (3,), [], [dense(3, "sigmoid")], "binaryCrossEntropy", 0.5, True),
    "price-action": (3, (64, 14), [dense(128), POSITIONS, transformer(4, 512), transformer(4, 512), POOLING],
                     [dense(64, "relu"), dense(1, "sigmoid")], "binaryCrossEntropy", 1, False),
    "gelu": (7, (19,), [dense(33, "gelu"), dense(5, "gelu")], [dense(2)], "meanSquaredError", 1, True),
    "encoder-gelu": (3, (7, 12), [POSITIONS, dense(18, "gelu"), transformer(3, 21, activation="gelu"), POOLING], [dense(1, "gelu")],
                     "meanSquaredError", 1, False),
}


def named(layers, last=None):
    count = {}
    for i, layer in enumerate(layers):
        kind = layer[1]
        n = count.get(kind, 0)
        count[kind] = n + 1
        yield last if last and i == len(layers) - 1 else kind if n == 0 else f"{kind}_{n}", layer


def main(out, *wanted):
    for number, (case, (rows, shape, trunk, head, loss_name, positive, weighted)) in enumerate(CASES.items()):
        if wanted and case not in wanted:
            continue
        r = np.random.RandomState(100 + number)
        full = case == "price-action"
        folder = f"{out}/{case}"
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder + "/torch")
        x = (hashed(rows * int(np.prod(shape)), 999, 3.4) if full else r.standard_normal((rows, *shape)).astype(np.float32)).reshape(rows, *shape)
        names = list(named(trunk + head, "out"))
        weights, features = {}, shape[-1]
        for name, (_, _, shapes, _, units) in names:
            for parameter, s in shapes(features):
                if full:  # the bound of Glorot's uniform initialisation; gains around 1, biases that are not zero
                    scale = 2 * np.sqrt(6 / sum(s)) if len(s) == 2 else 0.4
                    value = hashed(int(np.prod(s)), len(weights), scale).reshape(s) + np.float32("gamma" in parameter)
                else:
                    value = r.normal("gamma" in parameter, 1 / np.sqrt(s[0]) if len(s) == 2 else 0.3, s).astype(np.float32)
                weights[name, parameter] = value
            features = units or features
        t = (np.arange(rows)[:, None] % 2).astype(np.float32) if full else r.standard_normal((rows, features)).astype(np.float32)
        if loss_name == "binaryCrossEntropy" and not full:
            t = r.randint(2, size=(rows, features)).astype(np.float32)
        w = r.uniform(0, 2, rows).astype(np.float32) if weighted else None

        tensors = {key: torch.tensor(a.astype(np.float64), requires_grad=True) for key, a in weights.items()}
        v = torch.tensor(x.astype(np.float64))
        logits = None
        for name, (text, _, shapes, run, _) in names:
            if name == "out" and loss_name == "binaryCrossEntropy":
                logits = v @ tensors[name, "kernel"] + tensors[name, "bias"]
            v = run(v, *[tensors[key] for key in tensors if key[0] == name])
        target, factor = torch.tensor(t.astype(np.float64)), 1.0 if w is None else torch.tensor(w.astype(np.float64))[:, None]
        if logits is None:
            loss = (((v - target) ** 2) * factor).mean()
        else:
            loss = (F.binary_cross_entropy_with_logits(logits, target, reduction="none", pos_weight=torch.tensor(float(positive))) * factor).mean()
        loss.backward()
        np.save(f"{folder}/torch/y.out.npy", v.detach().numpy().astype(np.float32))
        np.save(f"{folder}/torch/losses.npy", np.array([loss.item(), loss.item()]))
        body = "".join(layer[0] + "\n" for layer in trunk)
        extra = "" if positive == 1 else f", positiveWeight: {positive}"
        body += f'Head("out", loss: .{loss_name}{extra}) {{\n' + "".join(f"    {layer[0]}\n" for layer in head) + "}\n"
        open(f"{folder}/body.txt", "w").write(body)
        print(case, "loss", loss.item(), "parameters", sum(a.size for a in weights.values()))
        if full:
            strides = [max(1, a.size // 300) | 1 for a in weights.values()]
            np.save(f"{folder}/strides.npy", np.array(strides, np.float64))
            for number, ((key, v), stride) in enumerate(zip(tensors.items(), strides)):
                np.save(f"{folder}/torch/g.{number}.npy", v.grad.numpy().reshape(-1)[::stride].astype(np.float32))
            continue
        np.save(f"{folder}/x.npy", x)
        np.save(f"{folder}/t.out.npy", t)
        if w is not None:
            np.save(f"{folder}/w.out.npy", w)
        for (name, parameter), a in weights.items():
            np.save(f"{folder}/p.{name}.{parameter}.npy", a)
            np.save(f"{folder}/torch/g.{name}.{parameter}.npy", tensors[name, parameter].grad.numpy().astype(np.float32))


if __name__ == "__main__":
    main(*sys.argv[1:])

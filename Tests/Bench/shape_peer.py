#!/usr/bin/env python3
"""A peer's training step for a sequence model of any shape: the counterpart of `ApusBench shape`.

Uses the layers, training loop and timer of the peers' scripts, given another model. Prints one JSON line as they do.
"""

import argparse
import sys

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--framework", choices=["torch", "jax", "keras"], required=True)
parser.add_argument("--peers", required=True)
parser.add_argument("--layer", choices=["lstm", "gru", "transformer"], required=True)
for name in ("layers", "units", "sequence", "features", "batch", "rows", "threads", "epochs"):
    parser.add_argument(f"--{name}", type=int, required=True)
a = parser.parse_args()

WORKLOAD = {"lstm": "w1lstm", "gru": "w1gru", "transformer": "w3"}[a.layer]
VARIANT = {"torch": "slice-fused", "jax": "step", "keras": "step-nojit"}[a.framework]
steps = (a.rows + a.batch - 1) // a.batch

sys.path.insert(0, a.peers)
sys.argv = [sys.argv[0], "--workload", WORKLOAD, "--variant", VARIANT, "--batch", str(a.batch), "--threads", str(a.threads)]
sys.argv += ["--epochs", str(a.epochs), "--steps", str(steps)]
import common

common.WORKLOADS[WORKLOAD] = dict(T=a.sequence, F=a.features, steps={})
whole = common.synthetic
if a.framework != "jax":  # compiled for whole batches
    common.synthetic = lambda workload, n, seed=0: whole(workload, min(n, a.rows), seed)  # the last batch is what is left


def torch():
    import torch_peer as peer
    from torch import nn

    if a.layer == "transformer":
        class Transformer(peer.PriceActionTransformer):
            def __init__(self):
                super().__init__(a.features, a.sequence, a.units)
                layer = nn.TransformerEncoderLayer(a.units, 4, 512, dropout=.1, batch_first=True)
                self.encoder = nn.TransformerEncoder(layer, a.layers)
                self.head = nn.Linear(a.units, 1)

            def forward(self, x):
                return super().forward(x).sigmoid()
        model = Transformer()
    else:
        kind = nn.LSTM if a.layer == "lstm" else nn.GRU
        model = peer.Stacked(lambda f, h, n, **o: kind(f, h, n, batch_first=True), a.features, a.units, a.layers, nn.Linear(a.units, 1))
    peer.train(model)
    common.report(peer.a, peer.timer, "torch", {}, sum(p.numel() for p in model.parameters()))


def jax():
    import jax_peer as peer

    layer, gates = (peer.lstm, 4) if a.layer == "lstm" else (peer.gru, 3)
    params, forward = peer.stack(layer, gates, [a.features] + [a.units] * a.layers, [a.units, 1], False)
    peer.train(params, forward)
    common.report(peer.a, peer.timer, "jax", {}, sum(p.size for p in peer.jax.tree.leaves(params)))


def keras():
    import keras_peer as peer

    L = peer.L

    def recurrent(x):
        for number in range(a.layers):
            x = (L.LSTM if a.layer == "lstm" else L.GRU)(a.units, return_sequences=number < a.layers - 1)(x)
        return L.Dense(1)(x)

    def transformer(x):
        h = L.Dense(a.units)(x)
        for _ in range(a.layers):
            attended = L.MultiHeadAttention(4, a.units // 4, dropout=.1)(h, h)
            h = L.LayerNormalization(epsilon=1e-5)(h + L.Dropout(.1)(attended))
            ff = L.Dense(a.units)(L.Dropout(.1)(L.Dense(512, "relu")(h)))
            h = L.LayerNormalization(epsilon=1e-5)(h + L.Dropout(.1)(ff))
        return L.Dense(1, "sigmoid")(L.GlobalAveragePooling1D()(h))

    peer.BUILD[WORKLOAD] = transformer if a.layer == "transformer" else recurrent
    model = peer.build()
    peer.train(model)
    common.report(peer.a, peer.timer, "keras", {}, model.count_params())


{"torch": torch, "jax": jax, "keras": keras}[a.framework]()

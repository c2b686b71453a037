"""Makes Tests/ApusModelFilesTests/Fixtures/checkpoints: what trainings of the two PyTorch models save, and what the models compute.

Run: python3 Tests/References/files_pytorch_checkpoints.py        (torch 1.13, Debian's, or later; numpy)
"""
import pathlib

import numpy as np
import torch
from torch import nn
from torch_modules import PriceActionTransformer, SequenceRegressor

folder = pathlib.Path(__file__).parents[1] / "ApusModelFilesTests/Fixtures/checkpoints"
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(5)
COLUMNS = ["open", "größe", "rsi_14"]


def save(name, module, steps, **more):
    for parameter in module.parameters():  # no bias is left at zero and no gain at one
        nn.init.uniform_(parameter, -0.5, 0.5)
    x = torch.randn(4, steps, 3)
    with torch.no_grad():
        np.save(folder / f"{name}.x.npy", x.numpy())
        np.save(folder / f"{name}.y.npy", module.eval()(x).numpy())
    torch.save({"model_state_dict": module.state_dict(), **more}, folder / f"{name}.pth")


# A table of few positions, so that the file is small.
save("transformer", PriceActionTransformer(3, 8, 4, 2, 16, steps=12), 6,
     feature_columns=COLUMNS, window_size=6, input_dim=3, pos_weight=np.float64(1.75), epoch=7, val_f1=0.5)
for kind in ("lstm", "gru"):
    save(kind, SequenceRegressor(kind, 3, 6), 5, feature_names=COLUMNS, input_size=3,
         config={"model_type": kind, "sequence_length": 5, "hidden_size": 6, "num_layers": 2, "dropout": 0.2})

learned = PriceActionTransformer(3, 8, 4, 1, 16, steps=12)
learned.pos_encoder.pe += 0.5
save("refused_positions", learned, 6, feature_columns=COLUMNS, window_size=6, input_dim=3)
(folder / "refused_positions.x.npy").unlink(), (folder / "refused_positions.y.npy").unlink()

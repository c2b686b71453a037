// Changes with Kernels.ptx, which is embedded beside it: build tools follow this file, but not all of them #embed.
// SHA-256: 1e6958b70fb933d3f7b1b6f43015ebbe1b792568444ab54ce425a1fe1e824a89

// All kernels of the CUDA backend, in one program.
#include "Prelude.cuh"
#include "Math.cuh"
#include "Philox.cuh"
#include "Reductions.cuh"
// Kernels follow, a file for each family.
#include "Recurrent/Resident.cuh"
#include "Recurrent/LSTM.cuh"
#include "Recurrent/GRU.cuh"
#include "Recurrent/General.cuh"
#include "Recurrent/GeneralLSTM.cuh"
#include "Recurrent/GeneralGRU.cuh"
#include "Sequences.cuh"
#include "Attention.cuh"

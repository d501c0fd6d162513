namespace ClearBg.Segmentation;

/// <summary>What computes a model in 8 bits. ONNX Runtime does where the model has operators that weren't written for the others, and for single precision.</summary>
internal enum EngineSetting
{
    /// <summary>AMX where the processor has it, AVX2 where ONNX Runtime can't multiply 8-bit values exactly, else ONNX Runtime.</summary>
    Auto,

    /// <summary>ONNX Runtime.</summary>
    OnnxRuntime,

    /// <summary>The matrix unit of Intel's server processors from 2023 on.</summary>
    Amx,

    /// <summary>Vectors of 32 bytes: nearly all x86 processors since 2013.</summary>
    Avx2,
}

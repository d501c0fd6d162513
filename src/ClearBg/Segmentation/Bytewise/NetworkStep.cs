namespace ClearBg.Segmentation.Bytewise;

/// <summary>One operator. Its items are independent of each other; steps follow one another.</summary>
internal abstract unsafe class NetworkStep
{
    /// <summary>Number of parts that threads may take, in any order.</summary>
    public abstract int Items { get; }

    /// <summary>Bytes of <see cref="InferenceMemory.Room"/> that it needs.</summary>
    public virtual long RoomBytes => 0;

    /// <summary>On each thread, before its first item.</summary>
    public virtual void Enter()
    {
    }

    public abstract void Run(int item, InferenceMemory memory);
}

/// <summary>What an inference works in, as one of its threads sees it.</summary>
/// <param name="picture">[3, height, width], normalised.</param>
/// <param name="features">All feature maps.</param>
/// <param name="room">As much as the step needs, of this thread alone.</param>
/// <param name="matte">[height, width] of the output.</param>
internal readonly unsafe struct InferenceMemory(float* picture, byte* features, byte* room, float* matte)
{
    public float* Picture => picture;

    public byte* Features => features;

    public byte* Room => room;

    public float* Matte => matte;

    /// <summary>The same for a thread.</summary>
    public InferenceMemory With(byte* room) => new(picture, features, room, matte);
}

namespace ClearBg.Segmentation.Bytewise;

/// <summary>A tensor of bytes while a network is compiled: [1, channels, height, width].</summary>
internal sealed class NetworkTensor(int channels, int width, int height, float scale, byte zero)
{
    private NetworkTensor? _whole;
    private FeatureBuffer? _buffer;
    private int _offset;
    private int _padding;

    public int Channels => channels;

    public int Width => width;

    public int Height => height;

    /// <summary>What a byte counts.</summary>
    public float Scale => scale;

    /// <summary>The byte that stands for 0.</summary>
    public byte Zero => zero;

    /// <summary>Where it lies. Final once all concatenations are known.</summary>
    public FeatureBuffer Buffer => _whole?.Buffer ?? (_buffer ??= new(width, height, channels));

    /// <summary>It in its place.</summary>
    public FeatureMap Map => new(Buffer, Offset, channels, scale, zero);

    private int Offset => _whole is null ? 0 : _offset + _whole.Offset;

    /// <summary>True where the same byte means the same in both.</summary>
    public bool HasLevelsOf(NetworkTensor other) => scale.Equals(other.Scale) && zero == other.Zero;

    /// <summary>Becomes a part of a concatenation; false where it is one of another already.</summary>
    public bool TryJoin(NetworkTensor whole, int offset)
    {
        if (_whole is not null)
        {
            return false;
        }

        (_whole, _offset) = (whole, offset);
        return true;
    }

    /// <summary>A Conv with that padding reads it.</summary>
    public void Pad(int padding) => _padding = Math.Max(_padding, padding);

    /// <summary>Keeps its buffer for a step, with the border that its readers need.</summary>
    public void Take(int step)
    {
        Buffer.Use(step);
        Buffer.Pad(_padding);
    }
}

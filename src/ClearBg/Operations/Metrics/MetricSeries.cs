namespace ClearBg.Operations.Metrics;

/// <summary>The values of one metric under one set of labels.</summary>
/// <param name="bounds">Upper bounds of a histogram's buckets, ascending; null for a single value.</param>
internal sealed class MetricSeries(IReadOnlyList<double>? bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[(bounds?.Count ?? -1) + 1];
    private double _value;

    /// <summary>Adds to a counter, or counts a histogram's observation.</summary>
    public void Add(double value)
    {
        lock (_gate)
        {
            _value += value;
            if (bounds is not null)
            {
                var bucket = 0;
                while (bucket < bounds.Count && value > bounds[bucket])
                {
                    bucket++;
                }

                _counts[bucket]++;
            }
        }
    }

    /// <summary>Sets what is known as a whole.</summary>
    public void Set(double value)
    {
        lock (_gate)
        {
            _value = value;
        }
    }

    /// <summary>The value, for a histogram the sum; and the observations of each bucket, the last one without a bound.</summary>
    public (double Value, long[] Counts) Read()
    {
        lock (_gate)
        {
            return (_value, [.. _counts]);
        }
    }
}

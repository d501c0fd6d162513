using System.Diagnostics;
using ClearBg.Imaging;
using ClearBg.Segmentation;
using ClearBg.Segmentation.Bytewise;
using ClearBg.Segmentation.Onnx;
using ClearBg.Tests.Segmentation.Quantization;
using static ClearBg.Tests.Segmentation.Bytewise.ByteNetwork;
using static ClearBg.Tests.Segmentation.Quantization.Network;

namespace ClearBg.Tests.Segmentation.Bytewise;

/// <summary>On every unit that this processor has.</summary>
public sealed class IntegerNetworkTests : IDisposable
{
    private readonly BufferPool _pool = new(0);

    public static TheoryData<string> All => [.. Units.Names];

    public static TheoryData<string, int, bool> Networks
    {
        get
        {
            var data = new TheoryData<string, int, bool>();
            foreach (var unit in Units.Names)
            {
                foreach (var (seed, isAnother) in ((int, bool)[])[(0, false), (1, false), (5, false), (0, true), (5, true)])
                {
                    data.Add(unit, seed, isAnother);
                }
            }

            return data;
        }
    }

    public void Dispose()
    {
        Assert.Equal(0, _pool.Rented);
        _pool.Dispose();
    }

    /// <summary>ONNX Runtime resizes in float, so that a tie may round otherwise there: a level here and there, in thousands.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Computes_what_ONNX_Runtime_computes_of_the_same_file(string unit, int seed, bool isAnother)
    {
        if (unit is Units.None)
        {
            return;
        }

        var model = Quantized(isAnother ? Another() : Float(), Noise());
        var expected = Values(model, Noise(seed))["matte"];

        var actual = Run(unit, model, Noise(seed), 2);

        Assert.True(expected.Max() - expected.Min() > 0.2, $"The matte is too flat to tell anything: {expected.Min()} to {expected.Max()}.");
        Assert.InRange(expected.Zip(actual, static (one, other) => Math.Abs(one - other)).Max(), 0, 0.01);
        Assert.InRange(expected.Zip(actual, static (one, other) => Math.Abs(one - other)).Average(), 0, 0.0005);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Any_number_of_threads_gives_the_same_bits_and_so_does_memory_that_was_used_before(string unit)
    {
        if (unit is Units.None)
        {
            return;
        }

        using var pool = new BufferPool(1 << 30);
        var model = Quantized(Float(), Noise());
        var alone = Run(unit, model, Noise(), 1);

        foreach (var threads in (int[])[2, 3, 8])
        {
            Assert.Equal(alone, Run(unit, model, Noise(), threads));
        }

        using (var dirty = pool.Rent(1 << 20))
        {
            dirty.Bytes.Fill(0xA5);
        }

        Assert.Equal(alone, Run(unit, model, Noise(), 2, pool));
        Assert.Equal(alone, Run(unit, model, Noise(), 2, pool));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Several_inferences_at_once_do_not_meet(string unit)
    {
        if (unit is Units.None)
        {
            return;
        }

        using var network = Compile(unit, Quantized(Float(), Noise()));
        var expected = Enumerable.Range(0, 4).Select(seed => Run(network, Noise(seed), 1, _pool)).ToList();

        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => Assert.Equal(expected[(int)(i % 4)], Run(network, Noise((int)(i % 4)), 2, _pool)));
    }

    /// <summary>.NET stops threads with signals for it, and the frame of a signal is larger on one that has used tiles.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Survives_collections_of_garbage(string unit)
    {
        if (unit is Units.None)
        {
            return;
        }

        using var network = Compile(unit, Quantized(Float(), Noise()));
        var expected = Run(network, Noise(), 1, _pool);
        using var stop = new CancellationTokenSource();
        var collecting = Task.Run(async () =>
        {
            // Not without pause: threads that are always stopped get nowhere.
            using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                await tick.WaitForNextTickAsync();
            }
        });
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 1000 && watch.Elapsed < TimeSpan.FromSeconds(3); i++)
        {
            Assert.Equal(expected, Run(network, Noise(), 2, _pool));
        }

        await stop.CancelAsync();
        await collecting;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_cancelled_inference_ends_and_gives_its_memory_back(string unit)
    {
        if (unit is Units.None)
        {
            return;
        }

        using var network = Compile(unit, Quantized(Float(), Noise()));

        Assert.ThrowsAny<OperationCanceledException>(() => Run(network, Noise(), 2, _pool, new(true)));
        Assert.Equal(0, _pool.Rented);
    }

    /// <summary>The step at hand ends everywhere, the next begins nowhere, and no thread is left waiting.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void A_step_that_fails_or_is_cancelled_is_the_last(int threads, bool cancels)
    {
        using var stop = new CancellationTokenSource();
        var (failing, next) = (new Step(() => Fail()), new Step(static () => { }));
        using var inference = new Inference(new Unit(), [failing, next], default, 0, threads, stop.Token);

        var error = Record.Exception(() => InferenceThread.RunAsync(() =>
        {
            inference.Run();
            return true;
        }).GetAwaiter().GetResult());

        Assert.True(cancels ? error is OperationCanceledException : error is InvalidDataException);
        Assert.Equal((true, 0), (failing.Runs > 0, next.Runs));

        void Fail()
        {
            if (!cancels)
            {
                throw new InvalidDataException();
            }

            stop.Cancel();
        }
    }

    /// <summary>Whatever the processor: another engine has to compute these, and is told why.</summary>
    [Theory]
    [InlineData("sum", "the operator Sub")]
    [InlineData("p1", "a MaxPool with storage_order")]
    [InlineData("u4", "a Resize that isn't linear to twice the size")]
    [InlineData("c5", "a Conv that isn't the same in all directions")]
    [InlineData("c6", "a matte that isn't enlarged")]
    [InlineData("cat1", "a Concat of other than channels")]
    [InlineData("cat2", "a Concat that needs copies")]
    [InlineData("c1", "a Conv with auto_pad")]
    [InlineData("c2", "a Conv of unusual numbers")]
    [InlineData("c3", "a Conv of another kernel than its weights'")]
    [InlineData("c4_bias_dequantized", "a bias of another scale than the products'")]
    [InlineData("c4_weights_dequantized", "weights that aren't symmetric, with a scale for each output")]
    [InlineData("r1_dequantized", "the float tensor 'r1_dequantized'")]
    [InlineData("picture", "another input than the manifest's")]
    public void Says_what_it_can_not_compute(string changed, string obstacle)
    {
        var model = Quantized(Float(), Noise());
        var graph = model.Graph;
        var node = graph.Node.FirstOrDefault(node => node.Output[0] == changed);
        switch (changed)
        {
            case "sum":
                node!.OpType = "Sub";
                break;
            case "p1":
                node!.With("storage_order", 1);
                break;
            case "u4":
                node!.Attribute.Clear();
                break;
            case "c5":
                node!.Attribute.Single(static attribute => attribute.Name == "pads").Ints[0] = 1;
                break;
            case "c6":
                graph.Node.Remove(graph.Node.Single(static node => node.Output[0] == "logits"));
                break;
            case "cat1":
                node!.Attribute[0].I = 2;
                break;
            case "cat2":
                graph.Initializer.Single(static tensor => tensor.Name == "u4_scale").RawData = TensorProto.Of("", [1f]).RawData;
                graph.Initializer.Single(static tensor => tensor.Name == "r4_scale").RawData = TensorProto.Of("", [1f]).RawData;
                break;
            case "c2":
                node!.Attribute.Add(new AttributeProto { Name = "dilations", Ints = { -1, -1 } });
                break;
            case "c3":
                node!.Attribute.Single(static attribute => attribute.Name == "kernel_shape").Ints[0] = 5;
                break;
            case "c4_bias_dequantized":
                graph.Initializer.Single(tensor => tensor.Name == node!.Input[1]).RawData = TensorProto.Of("", new float[160]).RawData;
                break;
            case "c4_weights_dequantized":
                node!.Attribute.Clear();
                break;
            case "r1_dequantized":
                node!.Input[1] = "sum_scale";
                break;
            case "c1":
                node!.Attribute.Add(new AttributeProto { Name = "auto_pad" });
                break;
        }

        var network = NetworkCompiler.TryCompile(new Unit(), model, changed == "picture" ? "image" : "picture", [3, Side, Side], "matte", out var actual);

        Assert.Null(network);
        Assert.Equal(obstacle, actual);
    }

    private sealed unsafe class Unit : TileUnit
    {
        public override string Name => "no unit";

        public override void Multiply(TileProduct* product) => throw new NotSupportedException();
    }

    private sealed class Step(Action run) : NetworkStep
    {
        private int _runs;

        public int Runs => _runs;

        public override int Items => 4;

        public override void Run(int item, InferenceMemory memory)
        {
            Interlocked.Increment(ref _runs);
            run();
        }
    }

    private static IntegerNetwork Compile(string unit, ModelProto model) =>
        NetworkCompiler.TryCompile(Units.Of(unit), model, "picture", [3, Side, Side], "matte", out var obstacle) ?? throw new InvalidOperationException(obstacle);

    private float[] Run(string unit, ModelProto model, float[] picture, int threads, BufferPool? pool = null)
    {
        using var network = Compile(unit, model);
        return Run(network, picture, threads, pool ?? _pool);
    }

    private static float[] Run(IntegerNetwork network, float[] picture, int threads, BufferPool pool, CancellationToken cancellation = default)
    {
        using var tensor = pool.Rent(picture.Length * sizeof(float));
        picture.CopyTo(tensor.As<float>());
        using var matte = new Plane(pool, network.Width, network.Height);
        InferenceThread.RunAsync(() =>
        {
            network.Run(pool, tensor, matte, threads, cancellation);
            return true;
        }).GetAwaiter().GetResult();
        return matte.Samples.ToArray();
    }
}

using System.Buffers.Binary;
using System.Net.Sockets;
using FastCore.Channels;
using FastCore.Net.Diagnostics;
using FastCore.Tracing;
using FastCore.Tracing.Exporting;

namespace FastCore.Net.Tests.Diagnostics;

/// <summary>Traces through the control socket: whole, for several clients at once, and never longer than a client stays.</summary>
internal sealed class ControlTraceTests
{
    private string _folder = null!;
    private string _path = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("fastcore-").FullName;
        _path = Path.Combine(_folder, "control");
        Assert.That(Tracer.IsOn, Is.False);
    }

    [TearDown]
    public void NothingIsRecordedAnyMore()
    {
        Directory.Delete(_folder, recursive: true);
        Assert.That(SpinWait.SpinUntil(static () => !Tracer.IsOn, Hang.Milliseconds));
    }

    [Test]
    public void ATraceComesWhole()
    {
        using var server = ControlServer.Start(_path);
        using var client = Ask("trace for 300 1000\n");
        Assert.That(SpinWait.SpinUntil(static () => Tracer.IsOn, Hang.Milliseconds));
        Work();
        var snapshot = ReadTrace(client);
        Assert.That(snapshot.Events.Select(static one => TransitionTable.TryFind(one.TransitionId, out var step) ? step.Table.Name : ""), Does.Contain("waiter"));
    }

    [Test]
    public void TwoClientsRecordAtOnceAndTheFirstOneOutStopsNothing()
    {
        using var server = ControlServer.Start(_path);
        using var longer = Ask("trace for 2000 1000\n");
        Assert.That(SpinWait.SpinUntil(static () => Tracer.IsOn, Hang.Milliseconds));
        using var shorter = Ask("trace for 100 1000\n");
        Assert.That(ReadTrace(shorter).End, Is.Positive);
        Assert.That(Tracer.IsOn, "The longer one goes on.");
        ControlServerTests.Ask(_path, "snapshot\n").Dispose();
        Work();
        Assert.That(ReadTrace(longer).Events, Is.Not.Empty);
    }

    [Test]
    public void MoreThanAFewAreRefused()
    {
        using var server = ControlServer.Start(_path);
        var clients = Enumerable.Range(0, 4).Select(_ => Ask("trace for 600000 100\n")).ToArray();
        using (var refused = ControlServerTests.Ask(_path, "trace for 100 100\n")) Assert.That(refused.RootElement.GetProperty("error").GetString(), Does.Contain("4 clients record already"));
        foreach (var client in clients) client.Dispose();
        Assert.That(SpinWait.SpinUntil(static () => !Tracer.IsOn, Hang.Milliseconds));
        using var again = Ask("trace for 1 100\n");
        Assert.That(ReadTrace(again).Start, Is.Positive);
    }

    [Test]
    public void ACutOffClientLeavesNothingRecording([Values] bool speaks)
    {
        using var server = ControlServer.Start(_path);
        using (var client = Ask("trace for 600000 100\n"))
        {
            Assert.That(SpinWait.SpinUntil(static () => Tracer.IsOn, Hang.Milliseconds));
            if (speaks) client.Send("x"u8);
            else client.Dispose();
            Assert.That(SpinWait.SpinUntil(static () => !Tracer.IsOn, Hang.Milliseconds));
        }
    }

    [Test]
    public void AServerThatEndsEndsItsRecordings()
    {
        var server = ControlServer.Start(_path);
        using var client = Ask("trace for 600000 100\n");
        Assert.That(SpinWait.SpinUntil(static () => Tracer.IsOn, Hang.Milliseconds));
        server.Dispose();
        Assert.That(Tracer.IsOn, Is.False);
        Assert.That(client.Receive(new byte[1]), Is.Zero);
    }

    [Test]
    public void WhatIsRecordedAnywayGoesOnAndItsLastSecondsCanBeHad()
    {
        using var server = ControlServer.Start(_path);
        Tracer.Start(new TracerOptions { EventsPerThread = 1000 });
        try
        {
            Work();
            using (var client = Ask("trace last 600000\n")) Assert.That(ReadTrace(client).Events, Is.Not.Empty);
            using (var client = Ask("trace for 1 100\n")) ReadTrace(client);
            Assert.That(Tracer.IsOn, "Somebody else records.");
        }
        finally
        {
            Tracer.Stop();
        }
        using var refused = ControlServerTests.Ask(_path, "trace last 1\n");
        Assert.That(refused.RootElement.GetProperty("error").GetString(), Does.Contain("Nothing is recorded"));
    }

    [Test]
    public void AClientThatDoesNotReadHoldsNobodyUp()
    {
        using var server = ControlServer.Start(_path);
        using var deaf = Ask("trace for 1 100\n");
        using var other = Ask("trace for 1 100\n");
        Assert.That(ReadTrace(other).Start, Is.Positive);
        ControlServerTests.Ask(_path, "snapshot\n").Dispose();
    }

    private static void Work()
    {
        var channel = FastChannel.CreateUnbounded<int>();
        for (var i = 0; i < 10; i++)
        {
            var read = channel.Reader.ReadAsync().AsTask();
            channel.Writer.TryWrite(i);
            read.Wait();
        }
    }

    private Socket Ask(string request)
    {
        var client = ControlServerTests.Connect(_path);
        client.Send(System.Text.Encoding.ASCII.GetBytes(request));
        return client;
    }

    private static TraceSnapshot ReadTrace(Socket client)
    {
        Assert.That(System.Text.Encoding.ASCII.GetString(Read(client, 6)), Is.EqualTo("trace\n"));
        var trace = new MemoryStream();
        while (BinaryPrimitives.ReadInt32LittleEndian(Read(client, 4)) is var length && length != 0) trace.Write(Read(client, length));
        Assert.That(client.Receive(new byte[1]), Is.Zero, "That is all.");
        trace.Position = 0;
        return TraceFile.Read(trace);
    }

    private static byte[] Read(Socket client, int length)
    {
        var bytes = new byte[length];
        for (int read = 0, count; read < length; read += count)
        {
            count = client.Receive(bytes.AsSpan(read));
            Assert.That(count, Is.Positive, "It is cut off.");
        }
        return bytes;
    }
}

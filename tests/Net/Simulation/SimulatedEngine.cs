using System.Net;
using System.Net.Sockets;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Tests.Simulation;

/// <summary>The engine over a simulated kernel. A struct, as the reactor wants it; all state is the kernel's.</summary>
internal readonly unsafe struct SimulatedEngine(SimulatedKernel kernel) : IEngine
{
    public TransportKind Kind => TransportKind.Portable;

    public long Milliseconds => kernel.Milliseconds;

    public int OpenListener(IPEndPoint endPoint, int backlog, bool sharePort, out IPEndPoint bound)
    {
        bound = endPoint;
        return kernel.OpenListener();
    }

    public int AdoptListener(Socket socket) => throw new NotSupportedException();

    public int OpenSocket(EndPoint remote) => kernel.OpenSocket();

    public void Accept(ulong tag, int listener) => kernel.Submit(tag, SubmissionKind.Accept, listener);

    public void Connect(ulong tag, int handle, EndPoint remote) => kernel.Submit(tag, SubmissionKind.Connect, handle);

    public void Receive(ulong tag, int handle) => kernel.Submit(tag, SubmissionKind.Receive, handle);

    public void CancelReceive(ulong tag, int handle) => kernel.Cancel(handle, tag);

    public int Send(ulong tag, int handle, byte* data, int length) => kernel.Send(tag, handle, data, length, null);

    public int SendVector(ulong tag, int handle, MessageHeader* message) => kernel.Send(tag, handle, null, 0, message);

    public bool SendsFiles => true;

    public int SendFile(ulong tag, int handle, MessageHeader* head, int file, long offset, int length) => kernel.SendFile(tag, handle, head, file, offset, length);

    public void CancelAll(int handle) => kernel.Cancel(handle, null);

    public void ShutdownSend(int handle) => kernel.ShutdownSend(handle);

    public void Close(int handle, bool reset) => kernel.Close(handle, reset);

    public IPEndPoint? RemoteEndPoint(int handle) => null;

    public void Wait(int timeoutMilliseconds) => kernel.Wait(timeoutMilliseconds);

    public bool TryTake(out Completion completion) => kernel.TryTake(out completion);

    public void Recycle(in Completion completion) => kernel.Recycle(completion.Buffer);

    public void Wake() => kernel.Wake();

    public void Dispose() => kernel.Dispose();
}

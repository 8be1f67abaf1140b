using System.Net;
using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http;

internal sealed class HttpServerOptionsTests
{
    private static readonly HttpServerOptions[] Wrong =
    [
        new() { Reactors = 0 },
        new() { Cpus = [] },
        new() { Cpus = [-1] },
        new() { MaxRequestLineSize = 0 },
        new() { MaxHeadersSize = 2 << 20 },
        new() { MaxHeaderCount = 0 },
        new() { MaxRequestBodySize = -1 },
        new() { MaxBufferedBodySize = -1 },
        new() { HeaderTimeout = TimeSpan.Zero },
        new() { KeepAliveTimeout = TimeSpan.FromDays(30) },
        new() { BodyTimeout = TimeSpan.FromSeconds(-1) },
        new() { MinRequestBodyRate = double.NaN },
        new() { SendStallTimeout = TimeSpan.Zero },
        new() { MinResponseRate = -1 },
        new() { MinResponseGrace = TimeSpan.Zero },
        new() { MaxConnectionsPerSecond = 0 },
        new() { MaxConnectionsPerSecond = 1, ConnectionBurst = 0 },
        new() { ConnectionBurst = 1 },
        new() { ReceiveBufferCount = 3 },
        new() { ServerHeader = "a\r\nb" },
        new() { ServerHeader = "" },
        new() { RequestDecoding = new HttpRequestDecodingOptions { MaxDecodedSize = -1 } },
        new() { RequestDecoding = new HttpRequestDecodingOptions { MaxRatio = 0 } },
        new() { RequestDecoding = new HttpRequestDecodingOptions { MaxWindowBits = 25 } },
    ];

    [Test]
    public void WhatIsOutOfItsRangeIsRefused([Range(0, 18)] int index) =>
        Assert.That(() => new HttpServer(Wrong[index]), Throws.InstanceOf<ArgumentException>());

    [Test]
    public void TheDefaultsAreSafe()
    {
        var options = new HttpServerOptions();
        Assert.Multiple(() =>
        {
            Assert.That(options.EndPoint, Is.EqualTo(new IPEndPoint(IPAddress.Loopback, 8080)));
            Assert.That((options.MaxRequestLineSize, options.MaxHeadersSize, options.MaxHeaderCount), Is.EqualTo((8192, 32_768, 100)));
            Assert.That((options.MaxRequestBodySize, options.MaxBufferedBodySize), Is.EqualTo((30_000_000L, 1 << 20)));
            Assert.That(options.MaxConcurrentHandshakes, Is.EqualTo(Math.Min(Environment.ProcessorCount, 1024)));
            Assert.That((options.HeaderTimeout, options.KeepAliveTimeout), Is.EqualTo((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(130))));
        });
    }
}

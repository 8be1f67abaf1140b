using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using AspContext = Microsoft.AspNetCore.Http.HttpContext;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>A stock Kestrel on the loopback address whose application is that of <see cref="FramingEcho"/>.</summary>
internal sealed class KestrelPeer : IDisposable
{
    private readonly WebApplication _application;

    public KestrelPeer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = FramingEcho.MaxBody;
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        _application = builder.Build();
        Microsoft.AspNetCore.Builder.RunExtensions.Run(_application, Answer);
        _application.StartAsync().GetAwaiter().GetResult();
        EndPoint = new IPEndPoint(IPAddress.Loopback, new Uri(_application.Urls.Single()).Port);
    }

    public IPEndPoint EndPoint { get; }

    private static async Task Answer(AspContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        context.Response.Headers[FramingEcho.FieldName] = FramingEcho.Describe(context.Request.Method, FramingEcho.PathAndQuery(target), body.GetBuffer().AsSpan(0, (int)body.Length));
        context.Response.ContentLength = 0;
    }

    public void Dispose() => _application.DisposeAsync().AsTask().GetAwaiter().GetResult();
}

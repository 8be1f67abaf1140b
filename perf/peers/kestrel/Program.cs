using FastCore.Perf.Kestrel;

// The leanest Kestrel an application can have: no configuration files, no logging, no routing, no middleware but the one
// that answers. Whatever a host adds would be counted against Kestrel and say nothing about it. The transport keeps its
// defaults; DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1 in the environment shows Kestrel with the runtime's riskier,
// faster setting.

if (!PeerOptions.TryParse(args, out var options, out var problem))
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(options.Address, options.Port);
});

await using var application = builder.Build();
application.Run(new Responses(options.Folder).Answer);
await application.StartAsync();
Console.WriteLine($"listening on {application.Urls.Single()}");
await application.WaitForShutdownAsync();
return 0;

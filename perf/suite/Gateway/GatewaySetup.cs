using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using FastCore.Perf.Processes;

namespace FastCore.Perf.Gateway;

/// <summary>What both gateways are told: one upstream, a route that passes everything on and one that wants a token, a key, and a token that is good.</summary>
internal sealed class GatewaySetup : IDisposable
{
    /// <summary>Connections to the upstream that either gateway may have.</summary>
    private const int MaxConnections = 256;

    private const string Issuer = "bench";
    private const string Audience = "gateway";

    private readonly string _folder = Directory.CreateTempSubdirectory("fastcore-gateway-").FullName;
    private readonly IPEndPoint _upstream;

    public GatewaySetup(IPEndPoint upstream)
    {
        _upstream = upstream;
        var key = RandomNumberGenerator.GetBytes(32);
        File.WriteAllText(Keys, $$"""{"keys":[{"kty":"oct","kid":"bench","use":"sig","k":"{{Base64Url.EncodeToString(key)}}"}]}""");
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var signed = $"{Encode("""{"alg":"HS256","typ":"JWT","kid":"bench"}""")}.{Encode($$"""{"iss":"{{Issuer}}","aud":"{{Audience}}","sub":"bench","jti":"bench-1","scope":"read","exp":{{now + 86_400}}}""")}";
        Token = $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>A token that both find good.</summary>
    public string Token { get; }

    private string Keys => Path.Combine(_folder, "keys.json");

    /// <summary>Our gateway on one transport and one processor.</summary>
    public ServerSubject Ours(string program, string transport, int cpu)
    {
        var file = Path.Combine(_folder, $"{transport}.json");
        File.WriteAllText(file, $$"""
            {
              "listen": "127.0.0.1:0", "cpus": [{{cpu}}], "transport": "{{transport}}",
              "tokens": { "keys": "keys.json", "issuer": "{{Issuer}}", "audience": "{{Audience}}" },
              "routes": [
                { "name": "open", "path": "/open/{**rest}", "stripPrefix": "/open", "destinations": ["http://{{_upstream}}"], "maxConnections": {{MaxConnections}}, "requireToken": false },
                { "name": "api", "path": "/api/{**rest}", "stripPrefix": "/api", "destinations": ["http://{{_upstream}}"], "maxConnections": {{MaxConnections}}, "scopes": ["read"] }
              ]
            }
            """);
        return new ServerSubject($"fastcore/{transport}", program, [file]) { Reference = GatewayPrograms.Yarp, HasStats = false };
    }

    /// <summary>YARP's gateway.</summary>
    public ServerSubject Yarp(string program) => new(
        GatewayPrograms.Yarp,
        program,
        ["--port", "0", "--upstream", $"http://{_upstream}", "--keys", Keys, "--issuer", Issuer, "--audience", Audience, "--max-connections", $"{MaxConnections}"])
    {
        Reference = GatewayPrograms.Yarp,
        HasStats = false,
        MayRefuse = true,
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}

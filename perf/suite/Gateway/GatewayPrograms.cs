using FastCore.Perf.Processes;

namespace FastCore.Perf.Gateway;

/// <summary>Where the two gateways lie.</summary>
internal static class GatewayPrograms
{
    /// <summary>YARP's gateway as a subject.</summary>
    public const string Yarp = "yarp-aot";

    /// <summary>The environment variable that names our gateway where it does not lie beside <c>fastcore</c>.</summary>
    public const string OursVariable = "FASTCORE_GATEWAY";

    /// <summary>The environment variable that names YARP's.</summary>
    public const string YarpVariable = "FASTCORE_YARP_PEER";

    public const string OursHint = $"publish examples/gateway into the folder 'gateway' beside fastcore, as ./run gateway does, or name the program in {OursVariable}";
    public const string YarpHint = $"publish perf/peers/yarp-gateway into the folder 'peers' beside fastcore, as ./run gateway does, or name the program in {YarpVariable}";

    /// <exception cref="ServerStartException">It is not there.</exception>
    public static string Ours(string executable) => Find(executable, OursVariable, "gateway", "fastcore-gateway") ?? throw new ServerStartException($"there is no fastcore-gateway: {OursHint}");

    /// <summary>Null if it is not there.</summary>
    public static string? YarpOrNull(string executable) => Find(executable, YarpVariable, "peers", "yarp-gateway");

    private static string? Find(string executable, string variable, string folder, string name)
    {
        var named = Environment.GetEnvironmentVariable(variable);
        var path = string.IsNullOrEmpty(named) ? Path.Combine(Path.GetDirectoryName(executable) ?? ".", folder, name) : named;
        return File.Exists(path) ? path : null;
    }
}

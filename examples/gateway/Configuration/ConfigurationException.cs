namespace FastCore.Gateway.Configuration;

/// <summary>The configuration can't be used; the message says where and what to write instead.</summary>
internal sealed class ConfigurationException(string message, Exception? innerException = null) : Exception(message, innerException);

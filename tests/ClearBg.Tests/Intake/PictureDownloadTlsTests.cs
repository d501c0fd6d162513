using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ClearBg.Tests.Intake;

/// <summary>What lies between us and a server: TLS, and no proxy.</summary>
public class PictureDownloadTlsTests
{
    private const string Picture = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\u0089PNG";

    /// <summary>
    /// A certificate may name a URL of its issuer's, which .NET fetches on its own while it builds the chain: without resolution of ours, any port, inside or
    /// not. So whoever has a web server could have us send a GET to any other one.
    /// </summary>
    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_and_sends_us_nowhere()
    {
        await using var inside = Origin.Saying("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "127.0.0.2");
        using var certificate = Issued("pictures.test", $"http://127.0.0.2:{inside.Port}/issuer.cer");
        await using var origin = new Origin(
            static (_, _, _) => Task.CompletedTask,
            tls: new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true) });
        using var fetching = new Fetching();

        await fetching.RefusesAsync($"https://pictures.test:{origin.Port}/", "PartialChain");

        Assert.Equal(["pictures.test"], origin.ServerNames);
        Assert.Equal((0, 0), (origin.Heads.Count, inside.Connections));
    }

    /// <summary>One proxy for the whole process, but only for this test's host.</summary>
    [Fact]
    public async Task A_proxy_of_the_environment_is_not_used()
    {
        await using var proxy = Origin.Saying("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        await using var origin = Origin.Saying(Picture);
        using var fetching = new Fetching();
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new ProxyOf("proxied.test", new Uri($"http://127.0.0.1:{proxy.Port}/"), before);
        try
        {
            Assert.Equal(4, (await fetching.FetchAsync($"http://proxied.test:{origin.Port}/")).Bytes?.Length);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }

        Assert.Equal(0, proxy.Connections);
    }

    private static X509Certificate2 Issued(string host, string issuerUrl)
    {
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuing = new CertificateRequest("CN=Nobody", issuerKey, HashAlgorithmName.SHA256);
        issuing.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = DateTimeOffset.UtcNow;
        using var issuer = issuing.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(ocspUris: null, caIssuersUris: [issuerUrl]));
        using var issued = request.Create(issuer, now.AddDays(-1), now.AddDays(1), [1, 2, 3, 4]);
        return issued.CopyWithPrivateKey(key);
    }

    private sealed class ProxyOf(string host, Uri proxy, IWebProxy others) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => destination.Host == host ? proxy : others.GetProxy(destination);

        public bool IsBypassed(Uri uri) => uri.Host != host && others.IsBypassed(uri);
    }
}

import ArgumentParser
import UpstreamAddresses
import UpstreamProxy

/// What `warder run` is told of upstreams that the server reaches without their credentials.
struct ProxyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "An upstream that the server reaches through a proxy, which puts the credential in; repeat it for several.",
            valueName: "name=https://host[:port][/path]"
        )
    )
    var proxy: [String] = []

    @Option(
        help: ArgumentHelp(
            "The credential for that upstream. Granted to tools, it is used while such a call is in flight.",
            valueName: "name=secret[#field]"
        )
    )
    var proxySecret: [String] = []

    @Option(
        help: ArgumentHelp(
            "The variable that tells the server the upstream's address: it gets the proxy's.",
            valueName: "name=variable"
        )
    )
    var proxyURL: [String] = []

    @Option(
        help: ArgumentHelp(
            "The variable that tells the server its credential: it gets a placeholder, which opens nothing.",
            valueName: "name=variable"
        )
    )
    var proxyPlaceholder: [String] = []

    @Option(
        help: ArgumentHelp(
            "Where the server sends it: bearer, basic, header:NAME or query:NAME. (default: bearer and basic)",
            valueName: "name=place"
        )
    )
    var proxyPlace: [String] = []

    @Option(
        help: ArgumentHelp(
            "Certificates in PEM that alone are trusted for that upstream.",
            valueName: "name=file"
        ),
        completion: .file()
    )
    var proxyCa: [String] = []

    /// Whether there is any of them.
    var areGiven: Bool {
        ![proxy, proxySecret, proxyURL, proxyPlaceholder, proxyPlace, proxyCa].allSatisfy(\.isEmpty)
    }

    func validate() throws {
        guard areGiven else { return }
        do throws(ProxyDeclarations.Fault) { _ = try declarations() } catch {
            throw ValidationError(Self.text(error))
        }
    }

    /// The upstreams, each with a new placeholder.
    func declarations() throws(ProxyDeclarations.Fault) -> ProxyDeclarations {
        try ProxyDeclarations([
            .upstream: proxy, .secret: proxySecret, .urlVariable: proxyURL, .tokenVariable: proxyPlaceholder,
            .place: proxyPlace, .authorities: proxyCa,
        ])
    }

    private static func text(_ fault: ProxyDeclarations.Fault) -> String {
        switch fault {
        case .notAPair(let kind): "write \(option(kind)) as \(form(kind))"
        case .badName(let kind): "the name in \(option(kind)) is letters, digits, - and _, as in \(form(kind))"
        case .twice(let kind): "\(option(kind)) is given twice for one name"
        case .noUpstream(let kind): "\(option(kind)) names no upstream; declare it: \(form(.upstream))"
        case .missing(let kind): "every --proxy needs a \(option(kind)) with its name: \(form(kind))"
        case .badOrigin(.notAnAddress): "an upstream is an address such as \(form(.upstream))/api"
        case .badOrigin(.notEncrypted):
            "an upstream on another machine needs https://, or the network would see the credential"
        case .badOrigin(.badPath): "the upstream's path has empty, . or .. segments, or bytes that no path has"
        case .badSecret: "the secret is a name such as github/pat, or github/pat#field"
        case .badPlace: "a place is bearer, basic, header:NAME or query:NAME"
        case .badVariable: "a variable is letters, digits and _, with no digit in front, and gets one thing"
        case .reservedVariable: "variables that begin with WARDER_ are the vault's own"
        }
    }

    private static func option(_ kind: ProxyDeclarations.Kind) -> String {
        switch kind {
        case .upstream: "--proxy"
        case .secret: "--proxy-secret"
        case .urlVariable: "--proxy-url"
        case .tokenVariable: "--proxy-placeholder"
        case .place: "--proxy-place"
        case .authorities: "--proxy-ca"
        }
    }

    private static func form(_ kind: ProxyDeclarations.Kind) -> String {
        let value =
            switch kind {
            case .upstream: "https://HOST"
            case .secret: "SECRET"
            case .urlVariable, .tokenVariable: "VARIABLE"
            case .place: "header:FIELD"
            case .authorities: "FILE"
            }
        return "\(option(kind)) NAME=\(value)"
    }
}

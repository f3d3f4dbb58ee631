package import NIOCore
import NIOSSL
package import UpstreamAddresses

/// What stands between a connection and its upstream: TLS, with a certificate for that very host; on this machine's
/// loopback, where the address says so, nothing.
package struct UpstreamSecurity: Sendable {
    private let context: NIOSSLContext?
    /// What the upstream is asked for by name; an address is no name.
    private let name: String?

    /// - Parameters:
    ///   - origin: Where the connections go.
    ///   - authorities: A file of certificates in PEM that alone are trusted; `nil` for those that the system trusts.
    /// - Throws: If the file cannot be read. It is read now, so that one that is missing is found before the first
    ///   connection.
    package init(_ origin: UpstreamOrigin, authorities: String?) throws {
        context = try origin.isEncrypted ? Self.context(authorities) : nil
        name = origin.isAddress ? nil : origin.host
    }

    /// Adds it to a new connection: nothing leaves on that before the upstream's certificate has been verified.
    package func add(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        guard let context else { return }
        try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
    }

    /// Whether an error of a connection is about TLS, and not about the network or an end without a goodbye.
    package static func isFault(_ error: any Error) -> Bool {
        if let error = error as? NIOSSLError, case .uncleanShutdown = error { return false }
        return error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError
    }

    private static func context(_ authorities: String?) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["http/1.1"]
        if let authorities {
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorities))
        }
        return try NIOSSLContext(configuration: configuration)
    }
}

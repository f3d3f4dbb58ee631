import Foundation
import NIOSSL
import Testing

/// Certificates of an authority that exists for one test, made by openssl.
struct TestAuthority {
    let folder: URL

    var certificate: String { folder.appendingPathComponent("ca.pem").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("warder-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=Test-CA")
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// What a server shows that is called `names`, such as `DNS:localhost,IP:127.0.0.1`.
    func server(
        _ names: String,
        options: String = "-days 1",
        versions: (TLSVersion, TLSVersion) = (.tlsv12, .tlsv13)
    ) throws -> NIOSSLContext {
        let name = UUID().uuidString
        try "subjectAltName=\(names)\n".write(
            to: folder.appendingPathComponent("\(name).ext"),
            atomically: true,
            encoding: .utf8
        )
        try openssl("req -newkey rsa:2048 -nodes -keyout \(name).key -out \(name).csr -subj /CN=\(name.prefix(8))")
        try openssl(
            "x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile \(name).ext \(options) -out \(name).pem"
        )
        let chain = try NIOSSLCertificate.fromPEMFile(folder.appendingPathComponent("\(name).pem").path)
        let key = try NIOSSLPrivateKey(file: folder.appendingPathComponent("\(name).key").path, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = versions.0
        configuration.maximumTLSVersion = versions.1
        return try NIOSSLContext(configuration: configuration)
    }

    private func openssl(_ arguments: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}

import WarderModel

/// A server reads many different secrets in a short time: somebody takes along what there is.
struct ManySecretsRule: Sendable {
    /// Secrets that are told apart for one server; a threshold beyond it is this one.
    static let maximumSecrets = 256

    private struct Reader: Sendable {
        /// When each was read last, in milliseconds since boot.
        var read: [SecretName: Int64] = [:]
    }

    private var readers = BoundedTable<ServerName, Reader>(capacity: CountedRule.maximumServers)

    mutating func see(_ seen: Observation, _ settings: AlertSettings) -> Finding? {
        guard let server = seen.server, seen.standing == .own, let secret = seen.secret else { return nil }
        let window = Int64(settings.seconds) * 1000
        let threshold = min(Int(settings.threshold), Self.maximumSecrets)
        let count = readers.with(server, or: Reader.init) { reader -> Int? in
            reader.read[secret] = seen.uptime
            guard reader.read.count >= threshold else { return nil }
            reader.read = reader.read.filter { (0..<window).contains(seen.uptime - $0.value) }
            guard reader.read.count >= threshold else { return nil }
            defer { reader.read = [:] }
            return reader.read.count
        }
        return count.map { count in
            Finding(
                rule: .manySecrets,
                subject: .server(server),
                sequence: seen.sequence,
                time: seen.time,
                text: "The server \(server) read \(count) different secrets within \(settings.seconds) s.",
                facts: ["count": String(count), "seconds": String(settings.seconds)]
            )
        }
    }
}

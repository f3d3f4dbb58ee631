import UpstreamAddresses
import WarderModel

extension SettingKind where Value == [UInt8]? {
    /// A SHA-256, as sha256sum(1) prints it.
    static var sha256: SettingKind {
        SettingKind(accepts: "64 hexadecimal digits", isNumber: false) { text, _ throws(SettingFault) in
            guard let bytes = Hex.decode(text.lowercased()), bytes.count == 32 else {
                throw SettingFault(problem: "is no SHA-256", remedy: "write what sha256sum FILE prints first")
            }
            return bytes
        } text: { bytes in
            bytes.map { Hex.encode($0) }
        }
    }
}

extension SettingKind where Value == DaemonConfiguration.Account? {
    static var account: SettingKind {
        SettingKind(accepts: "name or number of a user on this machine", isNumber: false) {
            text,
            surroundings throws(SettingFault) in
            guard let account = surroundings.account(text) else {
                throw SettingFault(
                    problem: "is \(Quotation.quoted(text)), and this machine has no such user",
                    remedy: "create it (useradd --system NAME), or name another: getent passwd"
                )
            }
            return account
        } text: {
            $0?.name
        }
    }
}

extension SettingKind where Value == String {
    /// One place: what separates several of them for libpq, or has a meaning of its own there, is refused.
    static var host: SettingKind {
        SettingKind(
            accepts: "a host name, an address, or the directory of a Unix socket",
            isNumber: false
        ) { text, _ throws(SettingFault) in
            let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") }
            guard (1...253).contains(text.utf8.count), isPlain, !text.hasPrefix("@") else {
                throw SettingFault(
                    problem: "cannot be \(Quotation.quoted(text))",
                    remedy: "give one host name or address, or the directory of a Unix socket"
                )
            }
            return text
        } text: {
            $0
        }
    }

    /// PostgreSQL cuts longer names off.
    static var databaseName: SettingKind {
        SettingKind(accepts: "a name of at most 63 bytes", isNumber: false) { text, _ throws(SettingFault) in
            guard (1...63).contains(text.utf8.count), !text.utf8.contains(0) else {
                throw SettingFault(
                    problem: "cannot be \(Quotation.quoted(text))",
                    remedy: "give the name of a database, of at most 63 bytes"
                )
            }
            return text
        } text: {
            $0
        }
    }
}

extension SettingKind where Value == WebhookAddress? {
    /// Faults do not quote it: people put what is secret into addresses.
    static var webhook: SettingKind {
        SettingKind(accepts: "https://HOST[:PORT]/PATH", isNumber: false) { text, _ throws(SettingFault) in
            do throws(UpstreamOrigin.Invalid) { return try WebhookAddress(text) } catch { throw fault(error) }
        } text: {
            $0?.text
        }
    }

    private static func fault(_ reason: UpstreamOrigin.Invalid) -> SettingFault {
        switch reason {
        case .notAnAddress:
            SettingFault(
                problem: "is no address that notices can be posted to",
                remedy: "write https://HOST[:PORT]/PATH, without a user or a password"
            )
        case .notEncrypted:
            SettingFault(
                problem: "would send notices over a network without TLS",
                remedy: "write https://; http:// is for 127.0.0.1, [::1] and localhost alone"
            )
        case .badPath:
            SettingFault(
                problem: "has a query, an escape, or an empty, . or .. segment in its path",
                remedy: "give a plain path, such as /hooks/warder; the key is what the receiver knows the vault by"
            )
        }
    }
}

import FoundationEssentials
import NIOHTTP1
import SecretMemory
import UpstreamAddresses

extension CheckedRequest {
    /// The request as the upstream gets it, the credential in place of the placeholder.
    ///
    /// From here on the credential lies in ordinary memory of this process, as it has to in what libraries for HTTP take.
    ///
    /// - Throws: `.unusable` if it cannot stand where the placeholder stood.
    func head(with credential: SecretBytes, for origin: UpstreamOrigin) throws(RequestRefusal) -> HTTPRequestHead {
        var bytes = unsafe credential.withUnsafeBytes { unsafe Array($0) }
        defer { zero(&bytes) }
        var headers = headers
        var parameters = parameters
        for find in finds {
            switch find {
            case .authorization(let scheme):
                headers.add(name: "Authorization", value: scheme + " " + (try Self.text(bytes)))
            case .header(let name): headers.add(name: name, value: try Self.text(bytes))
            case .basicPassword(let user): headers.add(name: "Authorization", value: try Self.basic(user, bytes))
            case .basicUser(let password):
                // It would be read as the beginning of the password.
                guard !bytes.contains(UInt8(ascii: ":")) else { throw .unusable }
                headers.add(name: "Authorization", value: try Self.basic(bytes, password))
            case .query(let index, let name): parameters?[index] = name + "=" + Self.escaped(bytes)
            }
        }
        headers.add(name: "Host", value: origin.authority)
        headers.add(name: "Accept-Encoding", value: "identity")
        switch body {
        case .none:
            // Servers of this kind of method expect to be told that there is none.
            if [.POST, .PUT, .PATCH].contains(method) { headers.add(name: "Content-Length", value: "0") }
        case .length(let length): headers.add(name: "Content-Length", value: String(length))
        case .chunked: headers.add(name: "Transfer-Encoding", value: "chunked")
        }
        let query = parameters.map { "?" + $0.joined(separator: "&") } ?? ""
        return HTTPRequestHead(version: .http1_1, method: method, uri: path + query, headers: headers)
    }

    private static func text(_ bytes: [UInt8]) throws(RequestRefusal) -> String {
        guard !bytes.isEmpty, FieldText.isVisible(bytes) else { throw .unusable }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func basic(_ user: [UInt8], _ password: [UInt8]) throws(RequestRefusal) -> String {
        guard (user + password).allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw .unusable }
        return "Basic " + Data(user + [UInt8(ascii: ":")] + password).base64EncodedString()
    }

    private static func escaped(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let text = bytes.flatMap { byte -> [UInt8] in
            let isPlain =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                || "-._~".utf8.contains(byte)
            return isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// What a process of a rehearsal asks the vault, as it goes over the socket: hostile names stay as they are.
struct Question {
    /// Which of the vault's sockets it goes to.
    enum Door { case client, `operator` }

    let method: String
    let target: String
    var body: String?
    var token: String?
    /// Proof that a person is there.
    var presence: String?
    var door = Door.client

    static func get(_ target: String, token: String? = nil) -> Question {
        Question(method: "GET", target: target, token: token)
    }

    static func post(_ target: String, _ body: String, token: String? = nil) -> Question {
        Question(method: "POST", target: target, body: body, token: token)
    }

    var bytes: [UInt8] {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: warder\r\nConnection: close\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        if let presence { head += "Warder-Presence: \(presence)\r\n" }
        if let body {
            head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        } else if method != "GET" {
            head += "Content-Length: 0\r\n"
        }
        return Array((head + "\r\n" + (body ?? "")).utf8)
    }
}

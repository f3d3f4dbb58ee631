import NIOCore

/// One request on its way to an answer.
final class Exchange {
    let request: VaultRequest
    let deadline: NIODeadline
    /// Whether it went out once before, on a connection that the vault had closed meanwhile.
    var isSecondAttempt = false
    private var completion: ((Result<VaultAnswer, WarderClientError>) -> Void)?

    init(
        _ request: VaultRequest,
        deadline: NIODeadline,
        completion: @escaping (Result<VaultAnswer, WarderClientError>) -> Void
    ) {
        self.request = request
        self.deadline = deadline
        self.completion = completion
    }

    /// Hands the result over, the first time it is called.
    func complete(_ result: Result<VaultAnswer, WarderClientError>) {
        guard let completion else { return }
        self.completion = nil
        completion(result)
    }
}

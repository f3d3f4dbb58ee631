import CBenchSodium

enum PasswordHashing {
    /// How long Argon2id takes with the cost that the measured vaults use: unsealing cannot be faster, by intent.
    static func measure() throws -> Duration {
        guard sodium_init() >= 0 else { throw Failure("libsodium does not start") }
        let passphrase = OperatorClient.passphrase.utf8.map(CChar.init)
        let salt = [UInt8](repeating: 7, count: Int(crypto_pwhash_SALTBYTES))
        var key = [UInt8](repeating: 0, count: 32)
        let clock = ContinuousClock()
        let times = try (0..<5).map { _ in
            let begin = clock.now
            let result = unsafe crypto_pwhash(
                &key,
                32,
                passphrase,
                UInt64(passphrase.count),
                salt,
                UInt64(VaultProcess.hashPasses),
                VaultProcess.hashMemoryBytes,
                crypto_pwhash_alg_argon2id13()
            )
            guard result == 0 else { throw Failure("Argon2id does not get its memory") }
            return clock.now - begin
        }
        return times.sorted()[times.count / 2]
    }
}

//! Whom to believe that a site is who it says: the authorities of the system, and those that the owner adds,
//! such as a company's own. Nothing here makes a certificate count that no authority has signed.

use reqwest::{Certificate, ClientBuilder};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Certificates read of one file.
const AUTHORITIES_MAX: usize = 1000;

/// Authorities besides the system's. The default adds none.
#[derive(Debug, Clone, Default)]
pub struct Authorities {
    added: Vec<Certificate>,
}

/// A text that holds no authority, or something else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAuthorities {
    #[error("holds no certificate in PEM (-----BEGIN CERTIFICATE-----)")]
    None,
    #[error("holds more than {AUTHORITIES_MAX} certificates")]
    TooMany,
    #[error("its certificate {number} cannot be read: {reason}")]
    Unreadable { number: usize, reason: String },
}

impl Authorities {
    /// Reads the certificates of authorities, in PEM, one after another.
    pub fn from_pem(pem: &[u8]) -> Result<Self, BadAuthorities> {
        let mut added = Vec::new();
        for (certificate, number) in CertificateDer::pem_slice_iter(pem).zip(1..) {
            if number > AUTHORITIES_MAX {
                return Err(BadAuthorities::TooMany);
            }
            let unreadable = |reason: String| BadAuthorities::Unreadable { number, reason };
            let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
            // As the client will: what it cannot read would keep it from starting.
            let read = RootCertStore::empty().add(certificate.clone());
            read.map_err(|error| unreadable(error.to_string()))?;
            let certificate = Certificate::from_der(&certificate);
            added.push(certificate.map_err(|error| unreadable(error.to_string()))?);
        }
        if added.is_empty() { Err(BadAuthorities::None) } else { Ok(Self { added }) }
    }

    /// Lets a client believe them, too.
    pub fn believed_by(&self, client: ClientBuilder) -> ClientBuilder {
        client.tls_certs_merge(self.added())
    }

    /// Returns them, to be added to a client's.
    pub(super) fn added(&self) -> impl Iterator<Item = Certificate> {
        self.added.iter().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_told() {
        let check = |pem: &str, expect: &str| {
            assert_eq!(Authorities::from_pem(pem.as_bytes()).unwrap_err().to_string(), expect);
        };
        check("", "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
        check("thé", "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
        let begins = |body: &str| {
            Authorities::from_pem(
                format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
                    .as_bytes(),
            )
            .unwrap_err()
        };
        assert!(matches!(begins("AAAA"), BadAuthorities::Unreadable { number: 1, .. }));
        assert!(matches!(begins("?"), BadAuthorities::Unreadable { number: 1, .. }));
    }
}

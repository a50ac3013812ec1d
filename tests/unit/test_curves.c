/* SPDX-License-Identifier: MIT */
/* Points and scalars of the named curves: generator and order as SEC 2 and RFC 5639 give them. */
#include "der_make.h"
#include "x509/curves.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
    uint16_t group;
    const char *generator, *order;
} curves[] = {{23, /* prime256v1 */
               "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
               "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
               "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"},
              {24, /* secp384r1 */
               "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38"
               "5502f25dbf55296c3a545e3872760ab73617de4a96262c6f5d9e98bf9292dc29"
               "f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
               "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
               "581a0db248b0a77aecec196accc52973"},
              {25, /* secp521r1 */
               "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d"
               "3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5"
               "bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17"
               "273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be9476"
               "9fd16650",
               "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
               "fffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e9138"
               "6409"},
              {22, /* secp256k1 */
               "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
               "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
               "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"},
              {21, /* secp224r1 */
               "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21bd376388"
               "b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
               "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d"},
              {19, /* prime192v1 */
               "188da80eb03090f67cbf20eb43a18800f4ff0afd82ff101207192b95ffc8da78"
               "631011ed6b24cdd573f977a11e794811",
               "ffffffffffffffffffffffff99def836146bc9b1b4d22831"},
              {26, /* brainpoolP256r1 */
               "8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262"
               "547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997",
               "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7"},
              {27, /* brainpoolP384r1 */
               "1d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8"
               "e826e03436d646aaef87b2e247d4af1e8abe1d7520f9c2a45cb1eb8e95cfd552"
               "62b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315",
               "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7"
               "cf3ab6af6b7fc3103b883202e9046565"},
              {28, /* brainpoolP512r1 */
               "81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098e"
               "ff3b1f78e2d0d48d50d1687b93b97d5f7c6d5047406a5e688b352209bcb9f822"
               "7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111"
               "b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892",
               "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870"
               "553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069"}};

enum { CURVES = sizeof(curves) / sizeof(curves[0]), SIZE_MAX_ = 66 };

Test(curves, generator)
{
    for (size_t i = 0; i < CURVES; i++) {
        const omni_curve *curve = omni_curve_of_group(curves[i].group);
        uint8_t point[2 * SIZE_MAX_];
        size_t size;

        cr_assert_not_null(curve);
        cr_expect_eq(omni_curve_group(curve), curves[i].group);
        size = omni_curve_size(curve);
        cr_assert_eq(der_make(curves[i].generator, point, sizeof(point)), 2 * size);
        cr_expect(omni_curve_has_point(curve, point), "group %d", curves[i].group);
        for (size_t at = 0; at < 2 * size; at += 7) {
            point[at] ^= 1;
            cr_expect_not(omni_curve_has_point(curve, point), "group %d, octet %zu",
                          curves[i].group, at);
            point[at] ^= 1;
        }
        memset(point, 0, sizeof(point));
        cr_expect_not(omni_curve_has_point(curve, point), "group %d: (0, 0)", curves[i].group);
        memset(point, 0xff, sizeof(point));
        cr_expect_not(omni_curve_has_point(curve, point), "group %d: above p", curves[i].group);
    }
}

/* secp256k1 with x = 1 and x = p + 1, which is another way to write it: p has room above it. */
Test(curves, coordinates_are_below_the_prime)
{
    static const char y[] = "4218f20ae6c646b363db68605822fb14264ca8d2587fdd6fbc750d587e76a7ee";
    static const char one[] = "0000000000000000000000000000000000000000000000000000000000000001";
    static const char more[] = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30";
    const omni_curve *curve = omni_curve_of_group(22);
    uint8_t point[64];

    (void)der_make(y, point + 32, 32);
    (void)der_make(one, point, 32);
    cr_expect(omni_curve_has_point(curve, point));
    (void)der_make(more, point, 32);
    cr_expect_not(omni_curve_has_point(curve, point));
}

static bool has(const omni_curve *curve, const uint8_t *number, size_t size)
{
    uint8_t content[SIZE_MAX_ + 1] = {0}; /* a zero in front keeps it positive */
    const bool high = (number[0] & 0x80) != 0;

    memcpy(content + 1, number, size);
    return omni_curve_has_scalar(
        curve, (otls_slice){.data = content + (high ? 0 : 1), .size = size + (high ? 1 : 0)});
}

Test(curves, scalars)
{
    for (size_t i = 0; i < CURVES; i++) {
        const omni_curve *curve = omni_curve_of_group(curves[i].group);
        uint8_t order[SIZE_MAX_];
        const uint8_t zero = 0, one = 1;
        const size_t size = der_make(curves[i].order, order, sizeof(order));

        cr_expect_not(has(curve, &zero, 1));
        cr_expect(has(curve, &one, 1));
        cr_expect_not(has(curve, order, size), "group %d: n", curves[i].group);
        order[size - 1]--; /* all of them are odd */
        cr_expect(has(curve, order, size), "group %d: n - 1", curves[i].group);
        order[size - 1] = (uint8_t)(order[size - 1] + 2);
        cr_expect_not(has(curve, order, size), "group %d: n + 1", curves[i].group);
        memset(order, 0x7f, sizeof(order));
        cr_expect_not(has(curve, order, size + (size < SIZE_MAX_ ? 1u : 0u)) && size < SIZE_MAX_,
                      "group %d: too long", curves[i].group);
    }
    cr_expect_null(omni_curve_of_group(29));
    cr_expect_null(omni_curve_of_oid((otls_slice){.data = (const uint8_t *)"x", .size = 1}));
}

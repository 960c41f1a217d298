/** A server of NestJS with its own users, which issues its own tokens with @nestjs/jwt and checks them with passport-jwt. */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Injectable,
  Module,
  Post,
  Request,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';

const KEY = process.env.TOKEN_KEY ?? randomBytes(32).toString('hex');
/** A real server keeps users in its database, with hashes of their passwords. */
const USERS = [{ id: 1, email: 'ada@example.com', password: 'analytical engine' }];

interface Claims {
  sub: string;
  exp: number;
}

@Injectable()
class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKey: KEY, algorithms: ['HS256'] });
  }

  async validate(claims: Claims): Promise<Claims> {
    return claims;
  }
}

@Controller()
class AuthController {
  constructor(@Inject(JwtService) private readonly tokens: JwtService) {}

  @Post('login')
  @HttpCode(200)
  async login(@Body() { email, password }: { email: string; password: string }): Promise<{ token: string }> {
    const user = USERS.find((each) => each.email === email && each.password === password);
    if (user === undefined) throw new UnauthorizedException('The email or the password is wrong.');
    return { token: this.tokens.sign({}, { subject: String(user.id), expiresIn: '1h' }) };
  }

  @UseGuards(AuthGuard('jwt'))
  @Get('me')
  me(@Request() { user }: { user: Claims }): { email?: string } {
    return { email: USERS.find(({ id }) => String(id) === user.sub)?.email };
  }

  @UseGuards(AuthGuard('jwt'))
  @Post('logout')
  @HttpCode(204)
  async logout(): Promise<void> {
    // The client throws its copy away. Every other copy works until it expires.
  }

  @UseGuards(AuthGuard('jwt'))
  @Post('logout-everywhere')
  @HttpCode(204)
  async logoutEverywhere(): Promise<void> {
    // Nothing can be done here.
  }
}

@Module({
  imports: [PassportModule, JwtModule.register({ secret: KEY })],
  controllers: [AuthController],
  providers: [JwtStrategy],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.enableShutdownHooks();
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
console.log(`Listening at ${await app.getUrl()}`);

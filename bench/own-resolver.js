/** A resolver of an application that answers from memory, so that a request measures only the server. */
import 'reflect-metadata';
import { Authorized, Field, ID, ObjectType, Query, Resolver } from 'type-graphql';
import { PROFILE } from './peers/operations.js';

/** The number of fields of each kind, `own1` to `own100`: one operation may select at most this many. */
export const FIELDS = 100;

class Profile {}
class OwnResolver {
  ownName() {
    return 'nobody';
  }
  profile() {
    return PROFILE;
  }
  publicProfile() {
    return PROFILE;
  }
}

// Plain JavaScript has no decorators, so they are called as functions.
ObjectType()(Profile);
Field(() => ID)(Profile.prototype, 'id');
for (const name of ['email', 'name']) Field(() => String)(Profile.prototype, name);

Resolver()(OwnResolver);
addField('ownName', () => String, true);
addField('profile', () => Profile, true);
addField('publicProfile', () => Profile, false);
for (let index = 1; index <= FIELDS; index += 1) {
  addField(`own${index}`, () => String, true);
  addField(`public${index}`, () => String, false);
}

function addField(name, type, isAuthorized) {
  OwnResolver.prototype[name] ??= () => 'nobody';
  const field = [OwnResolver.prototype, name, Object.getOwnPropertyDescriptor(OwnResolver.prototype, name)];
  Query(type, { nullable: true })(...field);
  if (isAuthorized) Authorized()(...field);
}

export { OwnResolver };
